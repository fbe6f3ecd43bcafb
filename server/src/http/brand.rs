//! `/brand.css`: the network's colour and logo as a style sheet. All of it is in the URL, so the answer never changes, and
//! pages need no styles of their own.

use std::fmt::Write;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use latchkey_domain::{Color, LogoId, Network};
use serde::Deserialize;

use super::failure::Failure;

/// A theme of `style/00-tokens.css`: what accents are read on, and where they go to be read.
struct Theme {
    surface: Color,
    sunk: Color,
    towards: Color,
    /// How much of the colour a soft ground has, in percent.
    soft: u8,
}

const LIGHT: Theme = Theme {
    surface: Color::WHITE,
    sunk: Color::new(0xf3, 0xf3, 0xf5),
    towards: Color::BLACK,
    soft: 8,
};

const DARK: Theme = Theme {
    surface: Color::new(0x1a, 0x1a, 0x20),
    sunk: Color::new(0x22, 0x22, 0x2a),
    towards: Color::WHITE,
    soft: 20,
};

impl Theme {
    /// The variables of the theme for `color`. Every text has the contrast that it needs.
    fn variables(&self, color: Color) -> String {
        let soft = self.surface.mixed(color, self.soft);
        let accent = color.readable_on(&[self.surface, self.sunk, soft], self.towards);
        let strong = accent.mixed(self.towards, 20);
        let on_accent = accent.text();
        format!(
            "--accent:{accent};--accent-strong:{strong};--accent-soft:{soft};--on-accent:{on_accent};--ring:{accent}"
        )
    }
}

/// What the network looks like.
#[derive(Deserialize)]
pub(super) struct Brand {
    /// Six hexadecimal digits.
    color: Option<String>,
    logo: Option<String>,
}

/// The URL of the network's style sheet, if it has a colour or a logo.
pub(super) fn sheet(network: &Network) -> Option<String> {
    let color = network
        .color
        .map(|color| format!("color={}", color.to_string().trim_start_matches('#')));
    let logo = network.logo.as_ref().map(|logo| format!("logo={logo}"));
    let query: Vec<String> = color.into_iter().chain(logo).collect();
    (!query.is_empty()).then(|| format!("/brand.css?{}", query.join("&")))
}

pub(super) async fn show(Query(Brand { color, logo }): Query<Brand>) -> Result<Response, Failure> {
    let color = color.map(|digits| format!("#{digits}").parse::<Color>());
    let logo = logo.map(|id| id.parse::<LogoId>());
    let (Ok(color), Ok(logo)) = (color.transpose(), logo.transpose()) else {
        return Err(Failure::NotFound);
    };
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, css(color, logo.as_ref())).into_response())
}

fn css(color: Option<Color>, logo: Option<&LogoId>) -> String {
    let mut css = String::new();
    if let Some(color) = color {
        let (light, dark) = (LIGHT.variables(color), DARK.variables(color));
        // Writing to a string does not fail.
        let _ = writeln!(
            css,
            ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        );
    }
    if let Some(logo) = logo {
        let _ = writeln!(css, ".brand-mark{{background-image:url(\"{}\")}}", logo.path());
    }
    css
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{NetworkName, Plan};

    use super::*;

    const TOKENS: &str = include_str!("../../../style/00-tokens.css");

    /// The value of a variable.
    fn value(css: &str, name: &str) -> Color {
        let (_, value) = css.split_once(&format!("{name}:")).unwrap();
        value.trim_start()[..7].parse().unwrap()
    }

    #[test]
    fn the_grounds_are_those_of_the_style_sheet() {
        let (light, dark) = TOKENS.split_once("@media").unwrap();
        for (theme, css) in [(LIGHT, light), (DARK, dark)] {
            assert_eq!(value(css, "--surface"), theme.surface);
            assert_eq!(value(css, "--surface-sunk"), theme.sunk);
        }
    }

    #[test]
    fn every_color_can_be_read_in_both_themes() {
        for color in [
            "#ffff00", "#000000", "#ffffff", "#1f6feb", "#ff0000", "#808080", "#00ff88",
        ] {
            for theme in [LIGHT, DARK] {
                let css = theme.variables(color.parse().unwrap());
                let [accent, strong, soft, on_accent] =
                    ["--accent", "--accent-strong", "--accent-soft", "--on-accent"]
                        .map(|name| value(&css, name));
                for (text, ground) in [
                    (accent, theme.surface),
                    (accent, theme.sunk),
                    (accent, soft),
                    (on_accent, accent),
                    (on_accent, strong),
                ] {
                    let contrast = text.contrast(ground);
                    assert!(
                        contrast >= Color::READABLE,
                        "{text} on {ground} for {color}: {contrast}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_url_says_all() {
        let mut network = Network {
            id: 1,
            name: NetworkName::parse("Makers").unwrap(),
            slug: "makers".parse().unwrap(),
            plan: Plan::Scale,
            logo: None,
            color: None,
            terms: None,
            privacy_policy: None,
            hosts_second_factor: false,
            providers_only: false,
        };
        assert_eq!(sheet(&network), None);
        network.color = "#1f6feb".parse().ok();
        assert_eq!(sheet(&network).as_deref(), Some("/brand.css?color=1f6feb"));
        network.logo = "ab".repeat(16).parse().ok();
        let both = format!("/brand.css?color=1f6feb&logo={}", "ab".repeat(16));
        assert_eq!(sheet(&network), Some(both));
        let css = css(None, network.logo.as_ref());
        assert_eq!(
            css,
            format!(
                ".brand-mark{{background-image:url(\"/logos/{}\")}}\n",
                "ab".repeat(16)
            )
        );
    }
}
