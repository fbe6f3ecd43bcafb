//! The HTML document around a page.

use leptos::prelude::*;

/// A page's document. `scripts` come before the styles, because inline scripts would wait for styles. `class` is the
/// class of the body.
pub(crate) fn document(
    title: String,
    scripts: impl IntoView,
    styles: Vec<String>,
    class: Option<&'static str>,
    body: impl IntoView,
) -> impl IntoView {
    let styles = styles
        .into_iter()
        .map(|address| view! { <link rel="stylesheet" href=address /> })
        .collect_view();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                // As it is: the renderer would put a marker behind the text, and a title shows markers.
                <title inner_html=escaped(&title)></title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {scripts}
                {styles}
            </head>
            <body class=class>{body}</body>
        </html>
    }
}

/// Text as HTML, for elements in which Leptos escapes nothing or adds a marker: `<title>` and `<textarea>`.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
