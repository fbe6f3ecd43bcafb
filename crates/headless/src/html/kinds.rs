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

impl Kind {
    /// The kind of the element of this name, in lower case.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "area" | "base" | "basefont" | "bgsound" | "br" | "col" | "embed" | "hr" | "image" | "img"
            | "input" | "keygen" | "link" | "meta" | "param" | "source" | "track" | "wbr" => Self::Void,
            "body" | "frame" | "head" | "html" => Self::Ignored,
            "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike"
            | "strong" | "tt" | "u" => Self::Formatting,
            "address" | "article" | "aside" | "blockquote" | "center" | "details" | "dialog" | "dir"
            | "div" | "dl" | "fieldset" | "figcaption" | "figure" | "footer" | "header" | "hgroup"
            | "listing" | "main" | "menu" | "nav" | "ol" | "p" | "pre" | "search" | "section" | "summary"
            | "ul" => Self::Block,
            "li" | "dd" | "dt" => Self::Item,
            "table" => Self::Table,
            "colgroup" | "tbody" | "thead" | "tfoot" | "tr" => Self::TablePart,
            "td" | "th" | "caption" => Self::Cell,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "form" => Self::Form,
            "applet" | "button" | "marquee" | "object" => Self::Barrier,
            "iframe" | "noembed" | "noframes" | "noscript" | "script" | "style" | "textarea" | "title"
            | "xmp" => Self::Raw,
            "frameset" | "math" | "plaintext" | "select" | "svg" | "template" => Self::Foreign,
            _ => Self::Plain,
        }
    }
}

/// What an `svg` may contain so that its own end tag certainly closes it, with spaces between.
pub(super) const SHAPES: &str = "circle clippath defs ellipse g line lineargradient mask path polygon \
    polyline radialgradient rect stop symbol text tspan use";
