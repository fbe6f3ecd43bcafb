//! Providers that are known, with what the form can fill in for them.

use latchkey_domain::provider::CredentialsIn;

use super::form::{ProviderField, ProviderForm, ProviderProtocol};

/// A provider that is known.
#[derive(Clone, Copy, Debug)]
pub struct ProviderPreset {
    /// Its name in addresses: `/admin/settings/sso/add?preset=…`.
    pub id: &'static str,
    pub title: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What the button says.
    pub name: &'static str,
    pub slug: &'static str,
    pub protocol: ProviderProtocol,
    pub scopes: &'static str,
    pub credentials_in: CredentialsIn,
    /// The other fields. Words that begin with `YOUR-` have to be replaced.
    pub texts: &'static [(ProviderField, &'static str)],
    /// What has to be known beforehand.
    pub warning: Option<&'static str>,
    /// What to do at the provider.
    pub steps: &'static [&'static str],
    /// The section of the guide.
    pub guide: &'static str,
}

impl ProviderPreset {
    pub fn find(id: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The form with what it fills in.
    pub fn form(&self) -> ProviderForm {
        let mut form = ProviderForm::default();
        form.protocol = self.protocol;
        form.credentials_in = self.credentials_in;
        form.set(ProviderField::Name, self.name);
        form.set(ProviderField::Slug, self.slug);
        form.set(ProviderField::Scopes, self.scopes);
        for (field, text) in self.texts {
            form.set(*field, *text);
        }
        form
    }
}

const OPENID: ProviderPreset = ProviderPreset {
    id: "openid",
    title: "OpenID Connect",
    about: "Any provider with an issuer",
    name: "",
    slug: "",
    protocol: ProviderProtocol::OpenIdConnect,
    scopes: "openid profile email",
    credentials_in: CredentialsIn::Header,
    texts: &[],
    warning: None,
    steps: &[
        "At the provider, create a client (also called application or relying party) for a website with a server.",
        "Enter the redirect URI above there.",
        "Copy the client ID and the client secret into this form, and the provider’s issuer: the address before /.well-known/openid-configuration.",
    ],
    guide: "Any other provider",
};

/// All of them, in the order of the page.
pub const PRESETS: &[ProviderPreset] = &[
    ProviderPreset {
        id: "wordpress",
        title: "WordPress",
        about: "Your own site, with a plugin",
        name: "WordPress",
        slug: "wordpress",
        protocol: ProviderProtocol::OAuth2,
        scopes: "basic",
        texts: &[
            (ProviderField::Authorization, "https://YOUR-SITE/oauth/authorize"),
            (ProviderField::Token, "https://YOUR-SITE/oauth/token"),
            (ProviderField::Userinfo, "https://YOUR-SITE/oauth/me"),
            (ProviderField::IdPath, "ID"),
            (ProviderField::EmailPath, "user_email"),
            (ProviderField::NamePath, "display_name"),
        ],
        warning: Some(
            "WordPress alone does not sign people in elsewhere. It needs a plugin that makes it an OAuth server. These settings are for WP OAuth Server.",
        ),
        steps: &[
            "In WordPress, install and activate the plugin WP OAuth Server. Then open Settings > Permalinks, choose anything but Plain, and save.",
            "In the plugin’s settings, add a client with the redirect URI above and the grant type Authorization Code.",
            "Copy its client ID and client secret into this form, and replace YOUR-SITE with your site’s address.",
        ],
        guide: "WordPress",
        ..OPENID
    },
    ProviderPreset {
        id: "discourse",
        title: "Discourse",
        about: "Your forum, with a bridge",
        name: "Discourse",
        slug: "discourse",
        scopes: "openid profile email",
        texts: &[(ProviderField::Issuer, "https://YOUR-BRIDGE")],
        warning: Some(
            "Discourse signs people in elsewhere only with a protocol of its own, DiscourseConnect. It needs a bridge to OpenID Connect that you run beside it, such as distrust. Without one, these settings do not work.",
        ),
        steps: &[
            "Run a bridge, such as distrust (github.com/parkour-vienna/distrust), at an address of its own.",
            "In Discourse, turn on enable discourse connect provider, and add the bridge’s host with a secret to discourse connect provider secrets. Enter the same secret in the bridge.",
            "In the bridge, add a client with the redirect URI above. Copy its client ID and secret into this form, and replace YOUR-BRIDGE with the bridge’s address.",
        ],
        guide: "Discourse",
        ..OPENID
    },
    ProviderPreset {
        id: "google",
        title: "Google",
        about: "Gmail and Google Workspace",
        name: "Google",
        slug: "google",
        texts: &[(ProviderField::Issuer, "https://accounts.google.com")],
        steps: &[
            "In the Google Cloud console, open Google Auth Platform and create a project, if you have none.",
            "Under Clients, press Create client and choose Web application.",
            "Add the redirect URI above under Authorized redirect URIs.",
            "Copy the client ID and the client secret into this form.",
        ],
        guide: "Google",
        ..OPENID
    },
    ProviderPreset {
        id: "github",
        title: "GitHub",
        about: "Accounts of github.com",
        name: "GitHub",
        slug: "github",
        protocol: ProviderProtocol::OAuth2,
        scopes: "read:user user:email",
        texts: &[
            (
                ProviderField::Authorization,
                "https://github.com/login/oauth/authorize",
            ),
            (
                ProviderField::Token,
                "https://github.com/login/oauth/access_token",
            ),
            (ProviderField::Userinfo, "https://api.github.com/user"),
            (ProviderField::IdPath, "id"),
            (ProviderField::EmailPath, "email"),
            (ProviderField::NamePath, "name"),
            (ProviderField::PicturePath, "avatar_url"),
            (ProviderField::BioPath, "bio"),
        ],
        warning: Some(
            "GitHub gives an email only for people who show one on their profile, and does not say whether it is verified. Members sign in as before and link GitHub under Account > Linked accounts.",
        ),
        steps: &[
            "In GitHub, open Settings > Developer settings > OAuth apps and press New OAuth app.",
            "Enter the redirect URI above as Authorization callback URL, and register the application.",
            "Press Generate a new client secret, and copy the client ID and the secret into this form.",
        ],
        guide: "GitHub",
        ..OPENID
    },
    ProviderPreset {
        id: "auth0",
        title: "Auth0",
        about: "A tenant of auth0.com",
        name: "Auth0",
        slug: "auth0",
        texts: &[(ProviderField::Issuer, "https://YOUR-TENANT.eu.auth0.com/")],
        steps: &[
            "In the Auth0 dashboard, open Applications and create one of the type Regular Web Applications.",
            "In its settings, add the redirect URI above to Allowed Callback URLs, and save.",
            "Copy the client ID and the client secret into this form.",
            "The issuer is https://, the Domain of the same page, and a slash at the end.",
        ],
        guide: "Auth0",
        ..OPENID
    },
    ProviderPreset {
        id: "keycloak",
        title: "Keycloak",
        about: "A realm of your own server",
        name: "Keycloak",
        slug: "keycloak",
        texts: &[(ProviderField::Issuer, "https://YOUR-KEYCLOAK/realms/YOUR-REALM")],
        steps: &[
            "In Keycloak’s admin console, choose the realm, open Clients and press Create client. The type is OpenID Connect.",
            "Turn on Client authentication, leave Standard flow on, and add the redirect URI above to Valid redirect URIs.",
            "Copy the client ID, and the secret from the tab Credentials, into this form.",
            "Replace YOUR-KEYCLOAK with the server’s address and YOUR-REALM with the realm’s name.",
        ],
        guide: "Keycloak",
        ..OPENID
    },
    ProviderPreset {
        id: "latchkey",
        title: "Another Latchkey",
        about: "Members of another network",
        name: "",
        slug: "",
        texts: &[(ProviderField::Issuer, "https://YOUR-LATCHKEY")],
        steps: &[
            "Ask a host of the other network to open Admin > Settings > OAuth Applications and press New OAuth Application.",
            "They choose Website with a server, press Sign in with this network for the scopes openid, profile and email, and enter the redirect URI above as Redirect URI.",
            "They give you the Client ID and the Client Secret for this form. The issuer is the other network’s address, without a slash at the end.",
        ],
        guide: "Another Latchkey",
        ..OPENID
    },
    OPENID,
    ProviderPreset {
        id: "oauth2",
        title: "OAuth 2.0",
        about: "Any provider without an issuer",
        protocol: ProviderProtocol::OAuth2,
        scopes: "",
        steps: &[
            "At the provider, create a client (also called application) for a website with a server, and enter the redirect URI above there.",
            "Copy the client ID, the client secret and the three addresses into this form. The provider’s documentation for developers has them.",
            "Look up what the userinfo address answers, and enter where the id, the email and the name are in it.",
        ],
        guide: "Any other provider",
        ..OPENID
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use latchkey_domain::Slug;
    use latchkey_domain::provider::{FieldPath, ProviderScopes, ProviderUrl};

    use super::*;

    #[test]
    fn presets_fill_in_what_is_valid() {
        let ids: BTreeSet<_> = PRESETS.iter().map(|preset| preset.id).collect();
        assert_eq!(ids.len(), PRESETS.len());
        for preset in PRESETS {
            assert!(ProviderScopes::parse(preset.scopes).is_ok(), "{}", preset.id);
            assert!(
                preset.slug.is_empty() || preset.slug.parse::<Slug>().is_ok(),
                "{}",
                preset.id
            );
            assert!((2..=4).contains(&preset.steps.len()), "{}", preset.id);
            for (field, text) in preset.texts {
                let is_valid = if field.id().starts_with("field_") {
                    FieldPath::parse(text).is_ok()
                } else {
                    ProviderUrl::parse(text).is_ok()
                };
                assert!(is_valid, "{}: {text}", preset.id);
            }
        }
    }

    #[test]
    fn what_a_host_has_to_replace_is_found() {
        for (id, field, blank) in [
            ("google", ProviderField::Issuer, None),
            ("auth0", ProviderField::Issuer, Some("YOUR-TENANT")),
            ("keycloak", ProviderField::Issuer, Some("YOUR-KEYCLOAK")),
            ("wordpress", ProviderField::Token, Some("YOUR-SITE")),
        ] {
            let preset = ProviderPreset::find(id).unwrap();
            assert_eq!(preset.form().blank(field), blank, "{id}");
        }
    }

    /// The section titles are in the guide.
    #[test]
    fn each_preset_has_a_section_in_the_guide() {
        const GUIDE: &str = include_str!("../../../../../../docs/sso.md");
        for preset in PRESETS {
            let heading = format!("\n### {}\n", preset.guide);
            assert!(GUIDE.contains(&heading), "{}", preset.guide);
        }
    }
}
