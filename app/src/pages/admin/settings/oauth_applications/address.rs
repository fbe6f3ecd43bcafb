//! The URLs of the page and of the pages below it. What the list shows, an application's tab and the open dialog are part of
//! the URL, so that Back closes a dialog and a link opens it.

use std::fmt;

use latchkey_domain::{ListQuery, ListSort, SecretId};
use leptos_router::location::Url;

use super::tab::Tab;
use crate::components::navigation::AdminSection;

/// The address of the list.
pub(crate) const PATH: &str = AdminSection::OauthApplications.path();

/// The address of a part of an application's page.
pub(crate) fn application(client_id: &str, tab: Tab) -> String {
    match tab {
        Tab::Overview => format!("{PATH}/{client_id}"),
        tab => format!("{PATH}/{client_id}/{}", tab.id()),
    }
}

/// The address of an application's activity.
pub(crate) fn activity(client_id: &str) -> String {
    application(client_id, Tab::Activity)
}

/// The address of the members who are connected to an application.
#[cfg(feature = "ssr")]
pub(crate) fn members(client_id: &str) -> String {
    application(client_id, Tab::Members)
}

/// The address of an application as a file.
pub(crate) fn export(client_id: &str) -> String {
    format!("{PATH}/{client_id}/export.json")
}

/// The address where an exported application is imported.
pub(crate) fn import() -> String {
    format!("{PATH}/import")
}

/// Where the form for an application's logo is sent.
pub(crate) fn logo(client_id: &str) -> String {
    format!("{PATH}/{client_id}/logo")
}

/// The address of the question whether to register the redirect URI of an activity entry.
#[cfg(feature = "ssr")]
pub(crate) fn add_redirect_uri(client_id: &str, entry: i64) -> String {
    format!("{}/{entry}/add-redirect-uri", activity(client_id))
}

/// The same for its scopes.
#[cfg(feature = "ssr")]
pub(crate) fn add_scopes(client_id: &str, entry: i64) -> String {
    format!("{}/{entry}/add-scopes", activity(client_id))
}

/// The address of an application's settings for integrators.
pub(crate) fn use_it(client_id: &str) -> String {
    application(client_id, Tab::UseIt)
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
    /// The dialog with these segments below the page.
    fn at(segments: &[&str]) -> Option<Self> {
        let id = |id: &str| id.to_owned();
        match *segments {
            ["new"] => Some(Self::New),
            [client, "duplicate"] => Some(Self::Duplicate(id(client))),
            [client, "edit"] => Some(Self::Edit(id(client))),
            [client, "delete"] => Some(Self::Delete(id(client))),
            [client, "disconnect"] => Some(Self::Disconnect(id(client))),
            [client, "retire", secret] => Some(Self::Retire(id(client), SecretId(secret.parse().ok()?))),
            [client, "ready"] => Some(Self::Ready(id(client))),
            _ => None,
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

/// A part of the page of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) client_id: String,
    pub(crate) tab: Tab,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    List,
    Application(Part),
    Dialog(DialogRoute),
}

impl Named {
    pub(super) fn at(path: &str) -> Result<Self, NotFound> {
        let below = path.strip_prefix(PATH).ok_or(NotFound)?;
        if !below.is_empty() && !below.starts_with('/') {
            return Err(NotFound);
        }
        let segments: Vec<&str> = below.split('/').filter(|segment| !segment.is_empty()).collect();
        if let Some(dialog) = DialogRoute::at(&segments) {
            return Ok(Self::Dialog(dialog));
        }
        let part = |client_id: &str, tab| {
            Self::Application(Part {
                client_id: client_id.to_owned(),
                tab,
            })
        };
        match *segments.as_slice() {
            [] => Ok(Self::List),
            [client_id] => Ok(part(client_id, Tab::Overview)),
            // An address has one form only.
            [client_id, tab] if tab != Tab::Overview.id() => Ok(part(client_id, interactive(tab)?)),
            _ => Err(NotFound),
        }
    }
}

/// The interactive tab with this name. Plain pages are not rendered here.
fn interactive(id: &str) -> Result<Tab, NotFound> {
    let tab: Option<Tab> = id.parse().ok();
    tab.filter(|tab| tab.is_interactive()).ok_or(NotFound)
}

/// The name of the parameter with the tab behind a dialog.
const BEHIND: &str = "tab";

/// An address of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) query: ListQuery,
    pub(crate) page: u32,
    /// The application that is shown instead of the list.
    pub(crate) application: Option<Part>,
    pub(crate) dialog: Option<DialogRoute>,
}

impl Address {
    /// The dialog at a path: `Ok(None)` at the list or an application's page.
    pub(crate) fn dialog_at(path: &str) -> Result<Option<DialogRoute>, NotFound> {
        Ok(match Named::at(path)? {
            Named::Dialog(dialog) => Some(dialog),
            Named::List | Named::Application(_) => None,
        })
    }

    /// The application whose page is at a path, or behind the dialog there: then a parameter of the query has its tab.
    pub(crate) fn application_at(path: &str, parameter: impl Fn(&str) -> Option<String>) -> Option<Part> {
        match Named::at(path).ok()? {
            Named::List => None,
            Named::Application(part) => Some(part),
            Named::Dialog(dialog) => Some(Part {
                client_id: dialog.client_id()?.to_owned(),
                tab: interactive(&parameter(BEHIND)?).ok()?,
            }),
        }
    }

    /// What a query asks of the list, and the page. What is not understood counts as missing.
    #[cfg(feature = "ssr")]
    pub(crate) fn list_at(query: &str) -> (ListQuery, u32) {
        let value = |name: &str| parameter(query, name);
        (list_query(value), page_number(value("page").as_deref()))
    }

    /// The first page of the list.
    pub(crate) fn start() -> Self {
        Self {
            query: ListQuery::default(),
            page: 1,
            application: None,
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
        match (&self.dialog, &self.application) {
            (Some(dialog), _) => write!(f, "{PATH}/{dialog}")?,
            (None, Some(part)) => return f.write_str(&application(&part.client_id, part.tab)),
            (None, None) => f.write_str(PATH)?,
        }
        if let Some(part) = &self.application {
            return write!(f, "?{BEHIND}={}", part.tab.id());
        }
        let ListQuery { search, filter, sort } = &self.query;
        let sort = Some(*sort).filter(|sort| *sort != ListSort::default());
        let page = Some(self.page).filter(|page| *page > 1);
        let parameters = [
            ("q", Some(Url::escape(search))),
            ("filter", filter.map(|filter| filter.id().to_owned())),
            ("sort", sort.map(|sort| sort.id().to_owned())),
            ("page", page.map(|page| page.to_string())),
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

/// The value of a parameter of a query.
#[cfg(feature = "ssr")]
pub(crate) fn parameter(query: &str, wanted: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
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
        let id = "a".repeat(43);
        assert_eq!(Address::dialog_at(&format!("{PATH}/{id}")), Ok(None));
        assert_eq!(
            Address::dialog_at(&format!("{PATH}/new")),
            Ok(Some(DialogRoute::New))
        );
        assert_eq!(Address::dialog_at(&format!("{PATH}new")), Err(NotFound));
        assert_eq!(Address::dialog_at("/admin/settings"), Err(NotFound));
    }

    fn below(path: &str) -> Result<Named, NotFound> {
        Named::at(&format!("{PATH}/{path}"))
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
            assert_eq!(below(&dialog.to_string()), Ok(Named::Dialog(dialog)));
        }
        assert_eq!(below(""), Ok(Named::List));
        for nothing in ["abc/edit/more", "abc/retire/old", "abc/overview", "abc/nonsense"] {
            assert_eq!(below(nothing), Err(NotFound));
        }
    }

    fn part(tab: Tab) -> Part {
        Part {
            client_id: "abc".into(),
            tab,
        }
    }

    #[test]
    fn every_interactive_tab_is_found_at_its_address() {
        for tab in [Tab::Overview, Tab::Credentials, Tab::Settings] {
            let address = Address {
                application: Some(part(tab)),
                ..Address::start()
            };
            assert_eq!(Named::at(&address.to_string()), Ok(Named::Application(part(tab))));
            // A dialog above it keeps it behind.
            let with_dialog = address.with_dialog(DialogRoute::Delete("abc".into())).to_string();
            let (path, query) = with_dialog.split_once('?').unwrap();
            let value = |name: &str| {
                let (found, value) = query.split_once('=')?;
                (found == name).then(|| value.to_owned())
            };
            assert_eq!(Address::application_at(path, value), Some(part(tab)));
            assert_eq!(Address::application_at(path, |_| None), None);
        }
        // Plain pages are not rendered here.
        for plain in ["abc/activity", "abc/members", "abc/use"] {
            assert_eq!(below(plain), Err(NotFound));
        }
    }

    #[test]
    fn only_interactive_tabs_are_read_from_an_address() {
        for tab in Tab::ALL {
            assert_eq!(interactive(tab.id()).ok(), tab.is_interactive().then_some(tab));
        }
    }

    #[test]
    fn an_address_has_what_the_list_shows() {
        let address = Address {
            query: ListQuery {
                search: "a b".into(),
                filter: Some(latchkey_domain::ListFilter::NeverUsed),
                sort: ListSort::Name,
            },
            page: 2,
            ..Address::start()
        };
        let text = address.to_string();
        assert!(text.ends_with("filter=never-used&sort=name&page=2"), "{text}");
        assert_eq!(Address::start().to_string(), PATH);
    }
}
