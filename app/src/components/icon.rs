//! Line icons, drawn on a grid of 24 with a stroke width of 1.75.

use leptos::prelude::*;

/// An icon's name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Check,
    Close,
    Copy,
    Eye,
    EyeOff,
    Key,
    More,
    Pencil,
    Plus,
    Search,
    Trash,
    Warning,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => "M9 9h10v11H9zM15 9V4H5v11h4",
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6z"
            }
            Self::EyeOff => {
                "M4 4l16 16M9.9 5.8A9 9 0 0112 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 01-2.6 3.3M6.3 7.3A15.5 15.5 0 002.5 12S6 18.5 12 18.5a9 9 0 004.3-1.1M10 10.1a2.8 2.8 0 003.9 3.9"
            }
            Self::Key => {
                "M14.5 3.5a6 6 0 00-5.7 7.9L3.5 16.7v3.8h3.8v-2.5h2.5v-2.5l2.8-2.8a6 6 0 101.9-9.2zM16.5 7.5h.01"
            }
            Self::More => {
                "M5 11.5a.5.5 0 100 1 .5.5 0 000-1zM12 11.5a.5.5 0 100 1 .5.5 0 000-1zM19 11.5a.5.5 0 100 1 .5.5 0 000-1z"
            }
            Self::Pencil => {
                "M4 20l.8-4L16.5 4.3a1.7 1.7 0 012.4 0l.8.8a1.7 1.7 0 010 2.4L8 19.2zM14.5 6.3l3.2 3.2"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Search => "M10.5 4.5a6 6 0 100 12 6 6 0 000-12zM15 15l5 5",
            Self::Trash => "M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 13h9.4l.8-13M10 11v5.5M14 11v5.5",
            Self::Warning => "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17.2h.01",
        }
    }
}

/// Draws an icon. It is decorative: its parent element has the accessible name.
#[component]
pub(crate) fn Glyph(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=move || icon.get().path() />
        </svg>
    }
}
