//! Two hosts edited an application at once: what the other one changed, for the second one to decide.

use latchkey_domain::ApplicationDraft;
use leptos::prelude::*;

use super::fields::{Fields, Part};
use crate::components::live_text::live_text;

/// The id of the notice, to move the focus to it.
pub(super) const NOTICE: &str = "race";

/// What the other host changed.
#[derive(Clone)]
pub(super) struct Race {
    mine: ApplicationDraft,
    theirs: ApplicationDraft,
    parts: Vec<Part>,
}

impl Race {
    /// Compares the form, which was opened with `base`, with what is stored now. Takes over what only the other host
    /// changed.
    pub(super) fn new(fields: Fields, base: &ApplicationDraft, theirs: ApplicationDraft) -> Self {
        let mine = untrack(|| fields.draft());
        let mut parts = Part::changed(base, &theirs);
        parts.retain(|part| part.text(&mine) != part.text(&theirs));
        for part in &parts {
            if part.text(&mine) == part.text(base) {
                fields.set(*part, &theirs);
            }
        }
        Self { mine, theirs, parts }
    }
}

/// Shows what the other host changed, with a choice for each part.
pub(super) fn race_notice(race: Race, fields: Fields) -> AnyView {
    let text = if race.parts.is_empty() {
        "Someone else changed this application while you were editing it, but nothing in this form. Save again."
    } else {
        "Someone else changed this application while you were editing it. What you typed is kept and nothing is saved yet. Choose for each change, then save again."
    };
    let parts = StoredValue::new((race.mine, race.theirs));
    let rows = race
        .parts
        .into_iter()
        .map(|part| row(part, parts, fields))
        .collect_view();
    view! {
        <section class="race notice notice-warning" id=NOTICE role="alert" tabindex="-1">
            <p>{live_text(text)}</p>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

fn row(part: Part, versions: StoredValue<(ApplicationDraft, ApplicationDraft)>, fields: Fields) -> AnyView {
    let (mine, theirs) = versions.with_value(|(mine, theirs)| (part.text(mine), part.text(theirs)));
    let is_theirs = {
        let theirs = theirs.clone();
        Memo::new(move |_| part.text(&fields.draft()) == theirs)
    };
    let value = |label: &'static str, text: String| {
        view! {
            <p>
                {label}
                <span class="race-value" translate="no" dir="auto">
                    {if text.is_empty() { "(empty)".to_owned() } else { text }}
                </span>
            </p>
        }
    };
    let button = move |label: &'static str, pressed: Signal<bool>, take_theirs: bool| {
        let press = move |_| {
            versions.with_value(|(mine, theirs)| fields.set(part, if take_theirs { theirs } else { mine }));
        };
        view! {
            <button
                type="button"
                class="button button-small"
                aria-label=format!("{label}: {}", part.label())
                aria-pressed=move || pressed.get().to_string()
                on:click=press
            >
                {label}
            </button>
        }
    };
    view! {
        <li>
            <p>
                <strong>{part.label()}</strong>
            </p>
            {value("Theirs: ", theirs)}
            {value("Yours: ", mine)}
            <div class="race-choice">
                {button("Use theirs", is_theirs.into(), true)}
                {button("Keep mine", Signal::derive(move || !is_theirs.get()), false)}
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_other_changed_is_taken_over() {
        Owner::new().with(|| {
            let base = ApplicationDraft {
                name: "Shared".into(),
                redirect_uris: "https://a.example/cb".into(),
                ..ApplicationDraft::default()
            };
            let fields = Fields::new(&base);
            fields.name.set("Mine".into());
            fields.website.set("https://same.example".into());
            let theirs = ApplicationDraft {
                name: "Theirs".into(),
                redirect_uris: "https://b.example/cb".into(),
                website: "https://same.example".into(),
                ..base.clone()
            };
            let race = Race::new(fields, &base, theirs);
            assert_eq!(race.parts, [Part::Name, Part::RedirectUris]);
            assert_eq!(fields.name.get_untracked(), "Mine");
            assert_eq!(fields.redirect_uris.get_untracked(), "https://b.example/cb");
        });
    }
}
