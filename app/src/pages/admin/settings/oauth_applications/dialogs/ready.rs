//! What to do with an application that was just created.

use leptos::prelude::*;

use crate::browser;
use crate::components::copy_button::CopyButton;
use crate::components::dialog::{Dialog, DialogSize};
use crate::components::icon::{Glyph, Icon};
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::reveal_secret;
use crate::functions::error::FunctionError;
use crate::pages::admin::settings::oauth_applications::address;
use crate::pages::admin::settings::oauth_applications::context::ListContext;
use crate::pages::admin::settings::oauth_applications::tab::Tab;

/// Shows the credentials, the secret once, and what comes next.
pub(super) fn ready(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let on_close = Callback::new(move |()| list.close());
    let title = format!("{} is ready", card.form.name);
    let client_id = StoredValue::new(card.client_id);
    let newest = card.secrets.first().map(|secret| secret.id);
    // Known only until the page is left. Copying works afterwards too.
    let fresh = list
        .fresh_secret
        .get_untracked()
        .filter(|(of, _)| client_id.with_value(|id| id == of))
        .map(|(_, secret)| secret);
    let fresh = StoredValue::new(fresh);
    let secret = move || async move {
        match (fresh.get_value(), newest) {
            (Some(secret), _) => Ok(secret),
            (None, Some(id)) => browser::ask_again(reveal_secret(client_id.get_value(), id).await),
            (None, None) => Err(FunctionError::NotFound),
        }
    };
    let copy_id =
        Callback::new(move |()| -> Answer<String> { Box::pin(async move { Ok(client_id.get_value()) }) });
    let copy_secret = Callback::new(move |()| -> Answer<String> { Box::pin(secret()) });
    let copy_both = Callback::new(move |()| -> Answer<String> {
        Box::pin(async move {
            let secret = if newest.is_some() {
                Some(secret().await?)
            } else {
                None
            };
            Ok(env(&client_id.get_value(), secret.as_deref()))
        })
    });
    let message = Callback::new(move |()| -> Answer<String> {
        Box::pin(async move { browser::text_at(&address::message(&client_id.get_value())).await })
    });
    let secret_row = newest.map(|_| {
        let shown = fresh.get_value();
        let is_masked = shown.is_none();
        view! {
            <div class="ready-value">
                <dt>"Client Secret"</dt>
                <dd>
                    <code class="mono" class:masked=is_masked translate="no" id="ready-secret">
                        {shown.unwrap_or_else(|| "•".repeat(24))}
                    </code>
                    <CopyButton id="ready-copy-secret".into() what="Client Secret" source=copy_secret />
                </dd>
            </div>
        }
    });
    let reminder = newest.map(|_| {
        let note = if fresh.with_value(Option::is_none) {
            "The secret was shown when it was created. You can still copy it here, or reveal it on the card."
        } else {
            "Store this secret safely now. Treat it like a password: never put it in client-side code or version control."
        };
        view! {
            <p class="reminder">
                <Glyph icon=Icon::Key />
                {note}
            </p>
        }
    });
    let no_secret = newest.is_none().then(|| {
        view! { <p class="muted">"It has no secret. It proves itself with PKCE."</p> }
    });
    let (both, both_text) = if newest.is_some() {
        ("Client ID and secret", "Copy both as .env")
    } else {
        ("Client ID", "Copy as .env")
    };
    let id = client_id.get_value();
    view! {
        <Dialog title size=DialogSize::Panel on_close announce=true>
            <div class="dialog-body">
                <dl class="ready-values">
                    <div class="ready-value">
                        <dt>"Client ID"</dt>
                        <dd>
                            <code class="mono" translate="no">
                                {id.clone()}
                            </code>
                            <CopyButton id="ready-copy-id".into() what="Client ID" source=copy_id />
                        </dd>
                    </div>
                    {secret_row}
                </dl>
                {reminder}
                {no_secret}
                <div>
                    <CopyButton id="ready-copy-both".into() what=both text=both_text source=copy_both />
                </div>
                <section aria-labelledby="ready-next">
                    <h3 id="ready-next" class="field-label">
                        "Next steps"
                    </h3>
                    <ul class="ready-next">
                        <li>
                            <form method="post" action="/admin/headless-api/explorer">
                                <button class="button" id="ready-try" name="application" value=id.clone()>
                                    "Try it"
                                </button>
                            </form>
                            <p class="field-hint">"Send queries as this application, in the API explorer."</p>
                        </li>
                        <li>
                            <a class="button" id="ready-use" href=address::use_it(&id) rel="external">
                                "Sample code"
                            </a>
                            <p class="field-hint">"A complete .env file and a program in your language."</p>
                        </li>
                        <li>
                            <CopyButton
                                id="ready-copy-message".into()
                                what="Message"
                                text="Copy message for your developer"
                                source=message
                            />
                            <p class="field-hint">"Client ID, endpoints, scopes and redirect URIs. Not the secret."</p>
                        </li>
                    </ul>
                </section>
            </div>
            <footer class="dialog-footer">
                <a class="button" id="ready-open" href=address::application(&id, Tab::Overview)>
                    "Open its page"
                </a>
                <button type="button" class="button button-primary" id="ready-done" on:click=move |_| on_close.run(())>
                    "Done"
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}

/// The credentials as lines of a `.env` file, with the names that **Use it** has. No character in them needs quotes.
fn env(client_id: &str, secret: Option<&str>) -> String {
    let mut lines = format!("OAUTH_CLIENT_ID={client_id}\n");
    if let Some(secret) = secret {
        lines.push_str("OAUTH_CLIENT_SECRET=");
        lines.push_str(secret);
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_has_a_secret_only_if_there_is_one() {
        assert_eq!(env("a", Some("b")), "OAUTH_CLIENT_ID=a\nOAUTH_CLIENT_SECRET=b\n");
        assert_eq!(env("a", None), "OAUTH_CLIENT_ID=a\n");
    }
}
