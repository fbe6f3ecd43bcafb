//! An application as a file: what one network exports, another imports.

use latchkey_domain::{Application, ApplicationDraft, ClientId, IdTokenAlgorithm};
use serde::{Deserialize, Serialize};

/// An application without its secret, as JSON. What is read is checked like the form of the page; a field that is not known
/// is an error, so that a mistyped name is not left out in silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationExport {
    /// Which applications keep when they move. Without it, a new one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What hosts and members see.
    pub name: String,
    /// Where members return to, in order.
    pub redirect_uris: Vec<String>,
    /// The ids of the scopes.
    pub scopes: Vec<String>,
    /// Whether it has a secret.
    #[serde(default = "yes")]
    pub confidential: bool,
    /// Whether members are let through without being asked.
    #[serde(default)]
    pub skip_consent: bool,
    /// What it is, in a sentence; may be blank, as may the links.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where members read more about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub website: String,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub privacy_policy: String,
    /// Where it may send people after they signed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Whether it learns the spaces that a member joined.
    #[serde(default, skip_serializing_if = "is_false")]
    pub spaces_in_groups: bool,
    /// How its ID tokens are signed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id_token_signed_response_alg: IdTokenAlgorithm,
}

/// An application is confidential unless the file says otherwise, as in the form.
const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature that serde calls.
const fn is_false(value: &bool) -> bool {
    !*value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature that serde calls.
fn is_default(algorithm: &IdTokenAlgorithm) -> bool {
    *algorithm == IdTokenAlgorithm::default()
}

/// Text that is not an exported application, in words for the person who has the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// There is only white space.
    #[error("the file is empty; expected the JSON of an exported application")]
    Empty,
    /// It is no JSON, or not that of an application.
    #[error("the file is not an exported application: {0}")]
    Json(String),
    /// A redirect URI would be two.
    #[error("`{0}` has a line break in it; list each redirect URI on its own")]
    LineBreak(String),
    /// The client id has the wrong length or characters.
    #[error(
        "`client_id` is not one: expected {}; leave it out for a new one",
        ClientId::EXPECTED
    )]
    ClientId,
}

impl ApplicationExport {
    /// `application` as it is exported.
    pub fn of(application: &Application) -> Self {
        let draft = ApplicationDraft::from_spec(&application.spec);
        Self {
            client_id: Some(application.client_id.to_string()),
            name: draft.name,
            redirect_uris: lines_of(&draft.redirect_uris),
            scopes: draft.scopes,
            confidential: draft.confidential,
            skip_consent: draft.skip_consent,
            description: draft.description,
            website: draft.website,
            privacy_policy: draft.privacy_policy,
            post_logout_redirect_uris: lines_of(&draft.post_logout_redirect_uris),
            spaces_in_groups: draft.spaces_in_groups,
            id_token_signed_response_alg: application.spec.id_token_algorithm,
        }
    }

    /// Reads a file.
    pub fn from_json(text: &str) -> Result<Self, ExportError> {
        // Editors on Windows put a mark before the text.
        let text = text.trim_start_matches('\u{FEFF}').trim();
        if text.is_empty() {
            return Err(ExportError::Empty);
        }
        serde_json::from_str(text).map_err(|error| ExportError::Json(error.to_string()))
    }

    /// The file.
    pub fn to_json(&self) -> String {
        // Texts and lists of them can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The form that the file fills in, still to be validated, and the client id that it names.
    pub fn to_draft(&self) -> Result<(Option<ClientId>, ApplicationDraft), ExportError> {
        let client_id = self.client_id.as_deref().map(str::parse).transpose();
        let draft = ApplicationDraft {
            name: self.name.clone(),
            redirect_uris: joined(&self.redirect_uris)?,
            scopes: self.scopes.clone(),
            confidential: self.confidential,
            skip_consent: self.skip_consent,
            description: self.description.clone(),
            website: self.website.clone(),
            privacy_policy: self.privacy_policy.clone(),
            post_logout_redirect_uris: joined(&self.post_logout_redirect_uris)?,
            spaces_in_groups: self.spaces_in_groups,
            es256: self.id_token_signed_response_alg == IdTokenAlgorithm::Es256,
        };
        Ok((client_id.map_err(|_| ExportError::ClientId)?, draft))
    }
}

fn lines_of(uris: &str) -> Vec<String> {
    uris.lines().map(str::to_owned).collect()
}

/// As the form has them: one URI a line, so that a line break inside of one would make two of it.
fn joined(uris: &[String]) -> Result<String, ExportError> {
    match uris.iter().find(|uri| uri.contains(['\n', '\r'])) {
        Some(uri) => Err(ExportError::LineBreak(uri.escape_debug().to_string())),
        None => Ok(uris.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
  "name": "Mobile App",
  "redirect_uris": ["https://myapp.com/cb", "http://127.0.0.1/cb"],
  "scopes": ["read:posts", "write:posts"]
}"#;

    #[test]
    fn what_is_left_out_is_as_in_the_empty_form() {
        let file = ApplicationExport::from_json(&format!("\u{FEFF}{FILE}\n")).unwrap();
        let (client_id, draft) = file.to_draft().unwrap();
        assert_eq!(client_id, None);
        assert_eq!(draft.redirect_uris, "https://myapp.com/cb\nhttp://127.0.0.1/cb");
        assert!(draft.confidential && !draft.skip_consent && draft.description.is_empty());
        assert!(draft.validate().is_ok());
    }

    #[test]
    fn an_export_reads_back_and_has_no_secret() {
        let file = ApplicationExport {
            client_id: Some("from-elsewhere".into()),
            website: "https://myapp.com".into(),
            confidential: false,
            id_token_signed_response_alg: IdTokenAlgorithm::Es256,
            ..ApplicationExport::from_json(FILE).unwrap()
        };
        let text = file.to_json();
        assert!(
            !text.contains("secret") && !text.contains("description"),
            "{text}"
        );
        assert_eq!(ApplicationExport::from_json(&text).unwrap(), file);
        let (client_id, _) = file.to_draft().unwrap();
        assert_eq!(client_id.unwrap().as_str(), "from-elsewhere");
        let (_, draft) = file.to_draft().unwrap();
        assert!(draft.es256);
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, words) in [
            (" ".to_owned(), "the file is empty"),
            ("{".to_owned(), "EOF while parsing"),
            ("[]".to_owned(), "not an exported application"),
            (FILE.replace("scopes", "scope"), "unknown field `scope`"),
            (
                FILE.replace("\"scopes\"", "\"client_secret\": \"x\", \"scopes\""),
                "unknown field `client_secret`",
            ),
            (
                FILE.replace("\"name\": \"Mobile App\",", ""),
                "missing field `name`",
            ),
            (
                FILE.replace(
                    "\"scopes\"",
                    "\"id_token_signed_response_alg\": \"none\", \"scopes\"",
                ),
                "expected `RS256` or `ES256`",
            ),
        ] {
            let error = ApplicationExport::from_json(&text).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let read = |text: String| {
            ApplicationExport::from_json(&text)
                .unwrap()
                .to_draft()
                .unwrap_err()
        };
        let two = read(FILE.replace("myapp.com/cb", "myapp.com/cb\\nhttps://b.example/cb"));
        assert!(two.to_string().contains("has a line break in it"), "{two}");
        let id = read(FILE.replace("{\n", "{ \"client_id\": \"a b\","));
        assert_eq!(id, ExportError::ClientId);
    }
}
