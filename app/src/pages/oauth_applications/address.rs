//! The addresses of the page: the search, the page of the list and the open dialog all stand in it, so that Back closes
//! a dialog and a link opens it.

use std::fmt;

use leptos::prelude::*;
use leptos_router::location::Url;

use super::ListContext;

/// Where the page stands.
pub(crate) const PATH: &str = "/admin/settings/oauth-applications";

/// A dialog of the page. Those about an application carry its client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    New,
    Duplicate(String),
    Edit(String),
    Delete(String),
    Disconnect(String),
    /// The application, and the number of one of its secrets.
    Retire(String, String),
}

impl Dialog {
    /// The dialog that stands at `path` below the page: `Ok(None)` at the page itself, `Err` where nothing stands.
    pub(crate) fn at(path: &str) -> Result<Option<Self>, ()> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            [] => Ok(None),
            ["new"] => Ok(Some(Self::New)),
            [id, "duplicate"] => Ok(Some(Self::Duplicate((*id).to_owned()))),
            [id, "edit"] => Ok(Some(Self::Edit((*id).to_owned()))),
            [id, "delete"] => Ok(Some(Self::Delete((*id).to_owned()))),
            [id, "disconnect"] => Ok(Some(Self::Disconnect((*id).to_owned()))),
            [id, "retire", secret] => Ok(Some(Self::Retire((*id).to_owned(), (*secret).to_owned()))),
            _ => Err(()),
        }
    }

    /// The application that it is about; `None` for a new one.
    pub(crate) fn client_id(&self) -> Option<&str> {
        match self {
            Self::New => None,
            Self::Duplicate(id)
            | Self::Edit(id)
            | Self::Delete(id)
            | Self::Disconnect(id)
            | Self::Retire(id, _) => Some(id),
        }
    }

    /// The id of the button that opens it: the focus returns there.
    pub(crate) fn opener(&self) -> String {
        match self {
            Self::New => "new-application".into(),
            Self::Duplicate(id) => format!("duplicate-{id}"),
            Self::Edit(id) => format!("edit-{id}"),
            Self::Delete(id) => format!("delete-{id}"),
            Self::Disconnect(id) => format!("disconnect-{id}"),
            Self::Retire(id, secret) => format!("retire-{id}-{secret}"),
        }
    }
}

impl fmt::Display for Dialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Duplicate(id) => write!(f, "{id}/duplicate"),
            Self::Edit(id) => write!(f, "{id}/edit"),
            Self::Delete(id) => write!(f, "{id}/delete"),
            Self::Disconnect(id) => write!(f, "{id}/disconnect"),
            Self::Retire(id, secret) => write!(f, "{id}/retire/{secret}"),
        }
    }
}

/// An address of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) search: String,
    pub(crate) page: u32,
    pub(crate) dialog: Option<Dialog>,
}

impl Address {
    /// The dialog that stands at a path: `Ok(None)` at the page itself, `Err` where nothing stands.
    pub(crate) fn dialog_at(path: &str) -> Result<Option<Dialog>, ()> {
        match path.strip_prefix(PATH) {
            Some(below) if below.is_empty() || below.starts_with('/') => Dialog::at(below),
            _ => Err(()),
        }
    }

    /// The search and the page of the list that a query asks for.
    #[cfg(feature = "ssr")]
    pub(crate) fn list_at(query: &str) -> (String, u32) {
        let value = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        (
            value("q").unwrap_or_default(),
            super::page_number(value("page").as_deref()),
        )
    }

    /// The list, from its beginning.
    pub(crate) fn start() -> Self {
        Self {
            search: String::new(),
            page: 1,
            dialog: None,
        }
    }

    /// The list as it is shown now, without a dialog.
    pub(crate) fn here(list: ListContext) -> Self {
        Self {
            search: list.search.get_untracked(),
            page: list.page.get_untracked(),
            dialog: None,
        }
    }

    /// The same with a dialog open.
    pub(crate) fn with_dialog(self, dialog: Dialog) -> Self {
        Self {
            dialog: Some(dialog),
            ..self
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        if let Some(dialog) = &self.dialog {
            write!(f, "/{dialog}")?;
        }
        let mut separator = '?';
        if !self.search.is_empty() {
            write!(f, "{separator}q={}", Url::escape(&self.search))?;
            separator = '&';
        }
        if self.page > 1 {
            write!(f, "{separator}page={}", self.page)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_beside_the_page() {
        assert_eq!(Address::dialog_at(PATH), Ok(None));
        assert_eq!(Address::dialog_at(&format!("{PATH}/")), Ok(None));
        assert_eq!(Address::dialog_at(&format!("{PATH}/new")), Ok(Some(Dialog::New)));
        assert_eq!(Address::dialog_at(&format!("{PATH}new")), Err(()));
        assert_eq!(Address::dialog_at("/admin/settings"), Err(()));
    }

    #[test]
    fn every_dialog_is_found_at_its_address() {
        let id = || "abc".to_owned();
        for dialog in [
            Dialog::New,
            Dialog::Duplicate(id()),
            Dialog::Edit(id()),
            Dialog::Delete(id()),
            Dialog::Disconnect(id()),
            Dialog::Retire(id(), "7".to_owned()),
        ] {
            assert_eq!(Dialog::at(&dialog.to_string()), Ok(Some(dialog)));
        }
        assert_eq!(Dialog::at(""), Ok(None));
        assert_eq!(Dialog::at("abc"), Err(()));
        assert_eq!(Dialog::at("abc/edit/more"), Err(()));
    }
}
