//! The network's colour, and what can be read on it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A colour in sRGB, written `#1f6feb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

/// A text that is no colour. The message fits after the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be # and six hexadecimal digits, such as #1f6feb")]
pub struct ColorError;

impl Color {
    pub const BLACK: Self = Self([0; 3]);
    pub const WHITE: Self = Self([255; 3]);

    /// The contrast that text needs (WCAG 2.2, success criterion 1.4.3).
    pub const READABLE: f64 = 4.5;

    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// How far apart two colours are, from 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever is easier to read on this colour. The contrast is at least [`Self::READABLE`].
    #[must_use]
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// This colour with `percent` of another in it.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let percent = u32::from(percent.min(100));
        let mix = |one: u8, two: u8| {
            let sum = u32::from(one) * (100 - percent) + u32::from(two) * percent;
            // A weighted mean of two bytes is a byte.
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self(std::array::from_fn(|channel| {
            mix(self.0[channel], other.0[channel])
        }))
    }

    /// This colour with as much of `towards` as it takes to be readable on each of `grounds`.
    #[must_use]
    pub fn readable_on(self, grounds: &[Self], towards: Self) -> Self {
        let reads = |color: &Self| {
            grounds
                .iter()
                .all(|ground| color.contrast(*ground) >= Self::READABLE)
        };
        (0..=100)
            .step_by(4)
            .map(|percent| self.mixed(towards, percent))
            .find(reads)
            .unwrap_or(towards)
    }

    /// Relative luminance, from 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Color {
    type Err = ColorError;

    /// Reads a colour; the white space around it and the case of its digits do not count.
    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.trim().strip_prefix('#').ok_or(ColorError)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColorError);
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| ColorError);
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_six_digits() {
        let color: Color = " #1F6feb ".parse().unwrap();
        assert_eq!(color, Color::new(0x1f, 0x6f, 0xeb));
        assert_eq!(color.to_string(), "#1f6feb");
        for text in [
            "", "#", "1f6feb", "#fff", "#1f6feg", "#1f6feb0", "red", "#+12345", "#äöü",
        ] {
            assert_eq!(text.parse::<Color>(), Err(ColorError), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 0.001);
        let grey: Color = "#767676".parse().unwrap();
        assert!((grey.contrast(Color::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_can_be_read_on_every_color() {
        for part in (0..=255).step_by(15) {
            for other in [0, 128, 255] {
                let color = Color::new(part, other, 255 - part);
                assert!(color.contrast(color.text()) >= Color::READABLE, "{color}");
                let dark = color.readable_on(&[Color::WHITE], Color::BLACK);
                assert!(dark.contrast(Color::WHITE) >= Color::READABLE, "{color}");
            }
        }
        let blue = Color::new(0, 0, 200);
        assert_eq!(blue.readable_on(&[Color::WHITE], Color::BLACK), blue);
    }
}
