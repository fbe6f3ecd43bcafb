//! The URLs of the page and of the pages below it. The search, the page of the list and the open dialog are part of the
//! URL, so that Back closes a dialog and a link opens it.

use std::fmt;

use latchkey_domain::{ListQuery, ListSort, SecretId};
use leptos_router::location::Url;

use crate::components::navigation::AdminSection;

/// The address of the list.
pub(crate) const PATH: &str = AdminSection::OauthApplications.path();

/// The address of an application's activity.
pub(crate) fn activity(client_id: &str) -> String {
    format!("{PATH}/{client_id}/activity")
}

/// The address of the question whether to register the redirect URI of an activity entry.
#[cfg(feature = "ssr")]
pub(crate) fn add_redirect_uri(client_id: &str, entry: i64) -> String {
    format!("{}/{entry}/add-redirect-uri", activity(client_id))
}

/// The address of an application's settings for integrators.
pub(crate) fn use_it(client_id: &str) -> String {
    format!("{PATH}/{client_id}/use")
}

/// The address of a message to an application's developer, as text.
pub(crate) fn message(client_id: &str) -> String {
    format!("{}/message", use_it(client_id))
}

/// A dialog of the page. Dialogs about an application hold its client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DialogRoute {
    New,
    Duplicate(String),
    Edit(String),
    Delete(String),
    Disconnect(String),
    Retire(String, SecretId),
    /// What to do with an application that was just created.
    Ready(String),
}

/// There is no page at this address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotFound;

impl DialogRoute {
    /// The dialog at `path` below the page: `Ok(None)` at the page itself.
    fn at(path: &str) -> Result<Option<Self>, NotFound> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let id = |id: &str| id.to_owned();
        match *segments.as_slice() {
            [] => Ok(None),
            ["new"] => Ok(Some(Self::New)),
            [client, "duplicate"] => Ok(Some(Self::Duplicate(id(client)))),
            [client, "edit"] => Ok(Some(Self::Edit(id(client)))),
            [client, "delete"] => Ok(Some(Self::Delete(id(client)))),
            [client, "disconnect"] => Ok(Some(Self::Disconnect(id(client)))),
            [client, "retire", secret] => match secret.parse() {
                Ok(secret) => Ok(Some(Self::Retire(id(client), SecretId(secret)))),
                Err(_) => Err(NotFound),
            },
            [client, "ready"] => Ok(Some(Self::Ready(id(client)))),
            _ => Err(NotFound),
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
            | Self::Retire(id, _)
            | Self::Ready(id) => Some(id),
        }
    }

    /// The id of the element that gets the focus when it closes: the button that opens it, or the heading of the new card.
    pub(crate) fn opener(&self) -> String {
        match self {
            Self::New => "new-application".into(),
            Self::Duplicate(id) => format!("duplicate-{id}"),
            Self::Edit(id) => format!("edit-{id}"),
            Self::Delete(id) => format!("delete-{id}"),
            Self::Disconnect(id) => format!("disconnect-{id}"),
            Self::Retire(id, SecretId(secret)) => format!("retire-{id}-{secret}"),
            Self::Ready(id) => format!("card-{id}"),
        }
    }
}

impl fmt::Display for DialogRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Duplicate(id) => write!(f, "{id}/duplicate"),
            Self::Edit(id) => write!(f, "{id}/edit"),
            Self::Delete(id) => write!(f, "{id}/delete"),
            Self::Disconnect(id) => write!(f, "{id}/disconnect"),
            Self::Retire(id, SecretId(secret)) => write!(f, "{id}/retire/{secret}"),
            Self::Ready(id) => write!(f, "{id}/ready"),
        }
    }
}

/// An address of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) query: ListQuery,
    pub(crate) page: u32,
    pub(crate) dialog: Option<DialogRoute>,
}

impl Address {
    /// The dialog at a path: `Ok(None)` at the page itself.
    pub(crate) fn dialog_at(path: &str) -> Result<Option<DialogRoute>, NotFound> {
        match path.strip_prefix(PATH) {
            Some(below) if below.is_empty() || below.starts_with('/') => DialogRoute::at(below),
            _ => Err(NotFound),
        }
    }

    /// What a query asks of the list, and the page. What is not understood counts as missing.
    #[cfg(feature = "ssr")]
    pub(crate) fn list_at(query: &str) -> (ListQuery, u32) {
        let value = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        (list_query(value), page_number(value("page").as_deref()))
    }

    /// The first page of the list.
    pub(crate) fn start() -> Self {
        Self {
            query: ListQuery::default(),
            page: 1,
            dialog: None,
        }
    }

    /// The same address with a dialog open.
    pub(crate) fn with_dialog(self, dialog: DialogRoute) -> Self {
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
        let ListQuery { search, filter, sort } = &self.query;
        let parameters = [
            ("q", Some(Url::escape(search))),
            ("filter", filter.map(|filter| filter.id().to_owned())),
            (
                "sort",
                Some(*sort)
                    .filter(|sort| *sort != ListSort::default())
                    .map(|sort| sort.id().to_owned()),
            ),
            (
                "page",
                Some(self.page)
                    .filter(|page| *page > 1)
                    .map(|page| page.to_string()),
            ),
        ];
        let mut separator = '?';
        for (name, value) in parameters {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                write!(f, "{separator}{name}={value}")?;
                separator = '&';
            }
        }
        Ok(())
    }
}

/// What the parameters of an address ask of the list.
pub(crate) fn list_query(value: impl Fn(&str) -> Option<String>) -> ListQuery {
    ListQuery {
        search: value("q").unwrap_or_default(),
        filter: value("filter").and_then(|id| id.parse().ok()),
        sort: value("sort").and_then(|id| id.parse().ok()).unwrap_or_default(),
    }
}

/// The page that a query asks for; the first by default.
pub(crate) fn page_number(value: Option<&str>) -> u32 {
    value.and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_nothing_beside_the_page() {
        assert_eq!(Address::dialog_at(PATH), Ok(None));
        assert_eq!(Address::dialog_at(&format!("{PATH}/")), Ok(None));
        assert_eq!(
            Address::dialog_at(&format!("{PATH}/new")),
            Ok(Some(DialogRoute::New))
        );
        assert_eq!(Address::dialog_at(&format!("{PATH}new")), Err(NotFound));
        assert_eq!(Address::dialog_at("/admin/settings"), Err(NotFound));
    }

    #[test]
    fn every_dialog_is_found_at_its_address() {
        let id = || "abc".to_owned();
        for dialog in [
            DialogRoute::New,
            DialogRoute::Duplicate(id()),
            DialogRoute::Edit(id()),
            DialogRoute::Delete(id()),
            DialogRoute::Disconnect(id()),
            DialogRoute::Retire(id(), SecretId(7)),
            DialogRoute::Ready(id()),
        ] {
            assert_eq!(DialogRoute::at(&dialog.to_string()), Ok(Some(dialog)));
        }
        assert_eq!(DialogRoute::at(""), Ok(None));
        for nothing in ["abc", "abc/edit/more", "abc/retire/old"] {
            assert_eq!(DialogRoute::at(nothing), Err(NotFound));
        }
    }
}
