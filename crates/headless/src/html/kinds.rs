//! How elements open and close.

/// How an element opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Never holds anything.
    Void,
    /// There already, or never there.
    Ignored,
    /// `b` and its like, which the standard opens again where they were left open.
    Formatting,
    /// Closes an open `p` before it, and is closed by its end tag across whatever is open in it.
    Block,
    /// `li`, `dd`, `dt`: closed by the next one.
    Item,
    /// `table`.
    Table,
    /// Rows, which are there only within a table.
    TablePart,
    /// Cells and captions, which are there only within a table.
    Cell,
    /// `h1` to `h6`.
    Heading,
    /// `form`, of which there is one at a time.
    Form,
    /// Nothing outside is closed from within.
    Barrier,
    /// All up to its end tag is text.
    Raw,
    /// What is in it follows other rules.
    Foreign,
    /// Anything else.
    Plain,
    /// Was [`Self::Plain`], and may be closed by now.
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

/// What an `svg` may hold to be closed by its own end tag for certain.
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
