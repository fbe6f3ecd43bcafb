//! **Retire** a secret.

use latchkey_domain::SecretId;
use leptos::prelude::*;

use super::failed::failed;
use crate::browser;
use crate::components::confirm::Confirm;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::{ApplicationCard, SecretPosition};
use crate::functions::applications::retire_secret;
use crate::functions::error::FunctionError;
use crate::pages::admin::settings::oauth_applications::card::secret_text::secret_text;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// Asks whether to retire a secret.
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
        <Confirm title action="Retire secret" on_confirm on_close>
            <p>{text}</p>
            <p>"Requests that still use it are refused from then on. This cannot be undone."</p>
        </Confirm>
    }
    .into_any()
}
