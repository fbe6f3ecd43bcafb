//! Pictures that hosts and members upload: made small, without metadata, and written anew, so that what is served is a picture and
//! nothing else.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use latchkey_accounts::in_words;
use latchkey_domain::{LogoId, limits};
use latchkey_storage::Logo;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::Semaphore;

/// Why a picture was refused, as sentences for the person who uploaded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LogoError {
    /// Too many bytes.
    #[error("The file is larger than 1 MB. Save a smaller picture: 512 × 512 pixels are enough.")]
    TooLarge,
    /// Too many pixels.
    #[error(
        "The picture is larger than {0} × {0} pixels. Make it smaller: 512 × 512 pixels are enough.",
        limits::LOGO_PIXELS
    )]
    TooManyPixels,
    /// An SVG.
    #[error("SVG files can contain programs, so they are not accepted. Save the picture as PNG.")]
    Svg,
    /// Another format, or no picture.
    #[error("This file is not a PNG, JPEG or WebP picture. Save the picture as one of these.")]
    Unknown,
    /// The decoder gave up.
    #[error("The picture cannot be read. The file may be damaged or incomplete: save it again.")]
    Damaged,
    /// Too many within an hour. It says how long to wait.
    #[error("You uploaded many pictures within the last hour. Try again in {}.", in_words(*.0))]
    TooOften(Duration),
}

/// Reads pictures, a few at a time: each takes memory and a processor.
#[derive(Clone, Debug)]
pub struct LogoReader(Arc<Semaphore>);

impl Default for LogoReader {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::LOGO_DECODERS)))
    }
}

impl LogoReader {
    /// Turns an uploaded file into a logo.
    pub async fn read(&self, file: Bytes) -> Result<Logo, LogoError> {
        let place = self.0.clone().acquire_owned().await;
        let read = tokio::task::spawn_blocking(move || {
            // Also held when the request is given up: the work goes on until it is done.
            let _place = place;
            read(&file)
        });
        // A decoder that panics has met a file that it cannot read.
        read.await.unwrap_or(Err(LogoError::Damaged))
    }
}

/// The same, on this thread. What the file is called does not matter, only what is in it.
fn read(file: &[u8]) -> Result<Logo, LogoError> {
    if file.len() > limits::LOGO_BYTES {
        return Err(LogoError::TooLarge);
    }
    let format = match image::guess_format(file) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        _ if is_svg(file) => return Err(LogoError::Svg),
        _ => return Err(LogoError::Unknown),
    };
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(bounds());
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    // The limits cover the buffers of the decoder. These are the pixels that it fills in.
    if decoder.total_bytes() > limits::LOGO_DECODED_BYTES {
        return Err(LogoError::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    if picture.width().max(picture.height()) > limits::LOGO_SIDE {
        picture = picture.resize(limits::LOGO_SIDE, limits::LOGO_SIDE, FilterType::Lanczos3);
    }
    picture.apply_orientation(orientation);
    write(&picture)
}

fn bounds() -> Limits {
    let mut bounds = Limits::default();
    bounds.max_image_width = Some(limits::LOGO_PIXELS);
    bounds.max_image_height = Some(limits::LOGO_PIXELS);
    bounds.max_alloc = Some(limits::LOGO_DECODED_BYTES);
    bounds
}

fn refused(error: &ImageError) -> LogoError {
    match error {
        ImageError::Limits(_) => LogoError::TooManyPixels,
        _ => LogoError::Damaged,
    }
}

/// A PNG of these pixels and nothing else, and its name.
fn write(picture: &DynamicImage) -> Result<Logo, LogoError> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, PngFilter::Adaptive);
    DynamicImage::ImageRgba8(picture.to_rgba8())
        .write_with_encoder(encoder)
        .map_err(|_| LogoError::Damaged)?;
    Ok((name(&png)?, png))
}

fn name(png: &[u8]) -> Result<LogoId, LogoError> {
    use std::fmt::Write;

    let digest = Sha256::digest(png);
    let digits = digest[..LogoId::LENGTH / 2]
        .iter()
        .fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
    digits.parse().map_err(|_| LogoError::Damaged)
}

fn is_svg(file: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&file[..file.len().min(1_024)]).to_ascii_lowercase();
    start.contains("<svg") || start.contains("<!doctype svg")
}

#[cfg(test)]
mod tests {
    use image::{GenericImageView, Rgba, RgbaImage};

    use super::*;

    /// A picture whose upper left corner is red and whose rest is blue.
    fn picture(width: u32, height: u32) -> DynamicImage {
        let mut picture = RgbaImage::from_pixel(width, height, Rgba([0, 0, 255, 255]));
        for (x, y) in (0..width / 2).flat_map(|x| (0..height / 2).map(move |y| (x, y))) {
            picture.put_pixel(x, y, Rgba([255, 0, 0, 255]));
        }
        DynamicImage::ImageRgba8(picture)
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let picture = match format {
            ImageFormat::Jpeg => DynamicImage::ImageRgb8(picture.to_rgb8()),
            _ => picture.clone(),
        };
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn decoded((_, png): &Logo) -> DynamicImage {
        image::load_from_memory_with_format(png, ImageFormat::Png).unwrap()
    }

    #[test]
    fn each_format_becomes_a_small_png() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let logo = read(&file(&picture(1_024, 600), format)).unwrap();
            assert_eq!(decoded(&logo).dimensions(), (512, 300), "{format:?}");
            let small = read(&file(&picture(40, 20), format)).unwrap();
            assert_eq!(decoded(&small).dimensions(), (40, 20), "not made larger");
            assert_eq!(
                read(&file(&picture(40, 20), format)).unwrap(),
                small,
                "the same name"
            );
        }
    }

    /// JPEG with an EXIF segment behind its first marker: the camera was turned by 90 degrees.
    #[test]
    fn a_picture_stands_upright_and_keeps_no_metadata() {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        tiff.extend(b"secret place");
        let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
        let plain = file(&picture(64, 32), ImageFormat::Jpeg);
        let mut turned = plain[..2].to_vec();
        turned.extend([0xFF, 0xE1]);
        turned.extend(length.to_be_bytes());
        turned.extend(b"Exif\0\0");
        turned.extend(&tiff);
        turned.extend(&plain[2..]);
        let logo = read(&turned).unwrap();
        let upright = decoded(&logo);
        assert_eq!(upright.dimensions(), (32, 64));
        // Turned to the right, the upper left corner is the upper right one.
        let is_red = |x, y| upright.get_pixel(x, y).0[0] > 128;
        assert!(is_red(28, 4) && !is_red(4, 4));
        assert!(!logo.1.windows(6).any(|bytes| bytes == b"secret"));
    }

    #[test]
    fn what_is_behind_a_picture_is_gone() {
        let mut file = file(&picture(8, 8), ImageFormat::Png);
        let clean = read(&file).unwrap();
        file.extend(b"<script>alert(1)</script>");
        assert_eq!(read(&file).unwrap(), clean);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = file(&picture(64, 64), ImageFormat::Png);
        let svg = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>"#;
        for (file, error) in [
            (svg.to_vec(), LogoError::Svg),
            (b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(), LogoError::Unknown),
            (b"<html></html>".to_vec(), LogoError::Unknown),
            (b"%PDF-1.7".to_vec(), LogoError::Unknown),
            (vec![0; limits::LOGO_BYTES], LogoError::Unknown),
            (vec![0; limits::LOGO_BYTES + 1], LogoError::TooLarge),
            (png[..png.len() / 2].to_vec(), LogoError::Damaged),
            (png[..20].to_vec(), LogoError::Damaged),
        ] {
            assert_eq!(read(&file), Err(error));
        }
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() {
        let wide = file(&picture(limits::LOGO_PIXELS + 1, 1), ImageFormat::Png);
        assert_eq!(read(&wide), Err(LogoError::TooManyPixels));
        let most = file(&picture(limits::LOGO_PIXELS, 2), ImageFormat::Png);
        assert_eq!(decoded(&read(&most).unwrap()).dimensions(), (512, 1));
    }
}
