//! What is being built: the first question about a new application.

use latchkey_domain::ApplicationDraft;
use leptos::prelude::*;

/// What is being built. It decides the client type, and what a redirect URI looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Website,
    Native,
    SinglePage,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Website, Self::Native, Self::SinglePage];

    /// What an application seems to be.
    pub(super) fn of(draft: &ApplicationDraft) -> Self {
        let is_native = |uri: &str| !uri.is_empty() && !uri.starts_with("https:");
        if draft.confidential {
            Self::Website
        } else if draft.redirect_uris.lines().any(|line| is_native(line.trim())) {
            Self::Native
        } else {
            Self::SinglePage
        }
    }

    /// The kind that was chosen, as long as the client type fits it.
    pub(super) fn with_type(self, confidential: bool) -> Option<Self> {
        Some(self).filter(|kind| kind.is_confidential() == confidential)
    }

    const fn is_confidential(self) -> bool {
        matches!(self, Self::Website)
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Website => "Website with a server",
            Self::Native => "Mobile or desktop app",
            Self::SinglePage => "Single-page app",
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Website => "Its server keeps a client secret.",
            Self::Native => "Runs on a device. PKCE, no secret.",
            Self::SinglePage => "Runs in the browser. PKCE, no secret.",
        }
    }

    /// An example of a redirect URI.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Website => "https://myapp.com/oauth/callback",
            Self::Native => "com.myapp.mobile:/oauth/callback",
            Self::SinglePage => "https://app.myapp.com/callback",
        }
    }

    /// What a redirect URI can be.
    pub(super) const fn redirect_hint(self) -> &'static str {
        match self {
            Self::Website => {
                "Exactly the address that your application sends, down to a slash at its end. One per line."
            }
            Self::Native => {
                "A scheme of its own, best a domain of yours reversed (com.example.app:/callback): others may take a shorter one. Or http://127.0.0.1 or http://localhost, with any port. One per line."
            }
            Self::SinglePage => {
                "Exactly the address of the page that finishes the sign-in, down to a slash at its end. One per line."
            }
        }
    }
}

/// The choice, as three cards.
pub(super) fn kind_choice(kind: RwSignal<Kind>, confidential: RwSignal<bool>) -> AnyView {
    let cards = Kind::ALL
        .into_iter()
        .map(|own| {
            let chosen = move || kind.get().with_type(confidential.get()) == Some(own);
            let choose = move |_| {
                kind.set(own);
                confidential.set(own.is_confidential());
            };
            view! {
                <label class="kind">
                    <input type="radio" name="kind" prop:checked=chosen on:change=choose />
                    <span class="kind-text">
                        <span class="field-label">{own.label()}</span>
                        <span class="field-hint">{own.hint()}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="kinds">
            <legend class="field-label">"What are you building?"</legend>
            <div class="kind-cards">{cards}</div>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_a_client_type_and_an_example_that_is_accepted() {
        for kind in Kind::ALL {
            let draft = ApplicationDraft {
                name: "Example".into(),
                redirect_uris: kind.example().into(),
                scopes: vec!["read:posts".into()],
                confidential: kind.is_confidential(),
                ..ApplicationDraft::default()
            };
            assert!(draft.validate().is_ok(), "{kind:?}");
            assert_eq!(Kind::of(&draft), kind);
            assert_eq!(kind.with_type(kind.is_confidential()), Some(kind));
            assert_eq!(kind.with_type(!kind.is_confidential()), None);
        }
        assert_eq!(Kind::of(&ApplicationDraft::default()), Kind::Website);
    }
}
