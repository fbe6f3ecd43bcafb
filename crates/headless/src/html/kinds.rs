//! How elements open and close.

/// How an element opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Never has content.
    Void,
    /// Always there already, or never allowed.
    Ignored,
    /// `b` and similar, which the standard reopens where they were left open.
    Formatting,
    /// Closes an open `p` before it. Its end tag closes everything that is open inside it.
    Block,
    /// `li`, `dd`, `dt`: the next one closes it.
    Item,
    /// `table`.
    Table,
    /// Rows, which exist only within a table.
    TablePart,
    /// Cells and captions, which exist only within a table.
    Cell,
    /// `h1` to `h6`.
    Heading,
    /// `form`: only one can be open.
    Form,
    /// Tags inside it close nothing outside it.
    Barrier,
    /// Its content is text up to its end tag.
    Raw,
    /// Its content follows other rules.
    Foreign,
    /// Anything else.
    Plain,
    /// Was [`Self::Plain`], and may already be closed.
    Lost,
}

const KINDS: &[(Kind, &[&str])] = &[
    (
        Kind::Void,
        &[
            "area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "image", "img", "input",
            "keygen", "link", "meta", "param", "source", "track", "wbr",
        ],
    ),
    (Kind::Ignored, &["body", "frame", "head", "html"]),
    (
        Kind::Formatting,
        &[
            "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
        ],
    ),
    (
        Kind::Block,
        &[
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "details",
            "dialog",
            "dir",
            "div",
            "dl",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "header",
            "hgroup",
            "listing",
            "main",
            "menu",
            "nav",
            "ol",
            "p",
            "pre",
            "search",
            "section",
            "summary",
            "ul",
        ],
    ),
    (Kind::Item, &["li", "dd", "dt"]),
    (Kind::Table, &["table"]),
    (Kind::TablePart, &["colgroup", "tbody", "thead", "tfoot", "tr"]),
    (Kind::Cell, &["td", "th", "caption"]),
    (Kind::Heading, &["h1", "h2", "h3", "h4", "h5", "h6"]),
    (Kind::Form, &["form"]),
    (Kind::Barrier, &["applet", "button", "marquee", "object"]),
    (
        Kind::Raw,
        &[
            "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp",
        ],
    ),
    (
        Kind::Foreign,
        &["frameset", "math", "plaintext", "select", "svg", "template"],
    ),
];

impl Kind {
    /// The kind of the element of this name, in lower case.
    pub(super) fn of(name: &str) -> Self {
        KINDS
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map_or(Self::Plain, |(kind, _)| *kind)
    }
}

/// What an `svg` may contain so that its own end tag certainly closes it.
pub(super) const SHAPES: &[&str] = &[
    "circle",
    "clippath",
    "defs",
    "ellipse",
    "g",
    "line",
    "lineargradient",
    "mask",
    "path",
    "polygon",
    "polyline",
    "radialgradient",
    "rect",
    "stop",
    "symbol",
    "text",
    "tspan",
    "use",
];
