//! **Retire** a secret.

use latchkey_domain::SecretId;
use leptos::prelude::*;

use super::failed::failed;
use crate::browser;
use crate::components::confirm::Confirm;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::{ApplicationCard, Replacement, SecretPosition, SecretSummary};
use crate::functions::applications::retire_secret;
use crate::functions::error::FunctionError;
use crate::pages::admin::settings::oauth_applications::card::secret_text::secret_text;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// When a secret that is still in use was last used.
fn still_used(secret: &SecretSummary) -> Option<String> {
    let is_replaced = matches!(secret.position, SecretPosition::Old(Replacement::Complete(_)));
    secret.last_used.clone().filter(|_| !is_replaced)
}

/// Asks whether to retire a secret, and advises against it while the secret is in use.
pub(super) fn retire(card: ApplicationCard, id: SecretId) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let Some(secret) = card.secrets.iter().find(|secret| secret.id == id) else {
        return failed(FunctionError::Conflict {
            message: "This secret has been retired already.".into(),
        });
    };
    let which = match secret.position {
        SecretPosition::Old(_) => "old",
        SecretPosition::New | SecretPosition::Only => "new",
    };
    let title = format!("Retire the {which} secret of {}?", card.form.name);
    let text = secret_text(secret);
    let used = still_used(secret);
    let better = used.as_ref().map(|_| "Don’t yet");
    let warning = used.map(|ago| {
        view! {
            <p class="notice notice-warning">
                {format!("It is still in use: last used {ago}. Whatever uses it stops working at once.")}
            </p>
        }
    });
    let client_id = card.client_id;
    let on_confirm = Callback::new(move |()| -> Answer<()> {
        let client_id = client_id.clone();
        Box::pin(async move {
            retire_secret(client_id.clone(), id).await?;
            toasts.success("Secret retired");
            list.refresh();
            list.close();
            browser::focus(format!("card-{client_id}"));
            Ok(())
        })
    });
    let on_close = Callback::new(move |()| list.close());
    view! {
        <Confirm title action="Retire secret" better on_confirm on_close>
            {warning}
            <p>{text}</p>
            <p>"Requests that still use it are refused from then on. This cannot be undone."</p>
        </Confirm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_in_use_until_it_is_replaced() {
        let secret = |last_used: Option<&str>, position| SecretSummary {
            id: SecretId(1),
            created: "1 hour ago".into(),
            last_used: last_used.map(str::to_owned),
            position,
        };
        let ago = || "2 minutes ago".to_owned();
        for (last_used, position, in_use) in [
            (None, SecretPosition::Old(Replacement::NotStarted), false),
            (
                Some("just now"),
                SecretPosition::Old(Replacement::NotStarted),
                true,
            ),
            (
                Some("just now"),
                SecretPosition::Old(Replacement::Partial(ago())),
                true,
            ),
            (
                Some("just now"),
                SecretPosition::Old(Replacement::Complete(ago())),
                false,
            ),
            (Some("just now"), SecretPosition::New, true),
            (None, SecretPosition::New, false),
        ] {
            assert_eq!(still_used(&secret(last_used, position)).is_some(), in_use);
        }
    }
}
