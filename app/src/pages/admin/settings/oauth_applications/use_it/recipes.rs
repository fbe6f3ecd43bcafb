//! The settings of programs that people can sign in to with this network, as they are typed into the program. They are files,
//! which the recipes of the documentation show and tests run.

use latchkey_domain::{Application, ClientSecret, RedirectUri};

use super::environment::{Environment, MASK};

/// A program that exists, and what it needs to know.
#[derive(Debug)]
pub struct Recipe {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name.
    pub(super) label: &'static str,
    /// The path of the redirect URI, behind the program's own address.
    pub(super) callback: &'static str,
    /// Where the settings go.
    pub(super) file: &'static str,
    /// The start of a comment.
    pub(super) comment: &'static str,
    settings: &'static str,
}

macro_rules! settings {
    ($file:literal) => {
        include_str!(concat!("../../../../../../snippets/sign-in/", $file))
    };
}

/// All programs.
pub(super) const RECIPES: [Recipe; 8] = [
    Recipe {
        id: "auth-js",
        label: "Auth.js (Next.js)",
        callback: "/api/auth/callback/latchkey",
        file: "auth.ts",
        comment: "//",
        settings: settings!("auth.ts"),
    },
    Recipe {
        id: "discourse",
        label: "Discourse",
        callback: "/auth/oidc/callback",
        file: "Admin > Settings",
        comment: "#",
        settings: settings!("discourse.txt"),
    },
    Recipe {
        id: "grafana",
        label: "Grafana",
        callback: "/login/generic_oauth",
        file: "grafana.ini",
        comment: "#",
        settings: settings!("grafana.ini"),
    },
    Recipe {
        id: "jupyterhub",
        label: "JupyterHub",
        callback: "/hub/oauth_callback",
        file: "jupyterhub_config.py",
        comment: "#",
        settings: settings!("jupyterhub_config.py"),
    },
    Recipe {
        id: "synapse",
        label: "Matrix Synapse",
        callback: "/_synapse/client/oidc/callback",
        file: "homeserver.yaml",
        comment: "#",
        settings: settings!("homeserver.yaml"),
    },
    Recipe {
        id: "nextcloud",
        label: "Nextcloud",
        callback: "/apps/user_oidc/code",
        file: "On the server",
        comment: "#",
        settings: settings!("nextcloud.sh"),
    },
    Recipe {
        id: "pgadmin",
        label: "pgAdmin",
        callback: "/oauth2/authorize",
        file: "config_local.py",
        comment: "#",
        settings: settings!("pgadmin_config.py"),
    },
    Recipe {
        id: "wordpress",
        label: "WordPress",
        callback: "/wp-admin/admin-ajax.php?action=openid-connect-authorize",
        file: "Settings > OpenID Connect Client",
        comment: "#",
        settings: settings!("wordpress.txt"),
    },
];

impl Recipe {
    /// The program with this name.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.id == id)
    }

    /// The redirect URI of such a program that the application has.
    pub(super) fn registered<'a>(&self, application: &'a Application) -> Option<&'a RedirectUri> {
        let mut all = application.spec.redirect_uris.iter();
        all.find(|uri| uri.as_str().ends_with(self.callback))
    }

    /// The settings for an application. Its secret is masked if it is not given.
    pub fn to_text(&self, environment: &Environment<'_>, secret: Option<&ClientSecret>) -> String {
        let network = environment.network;
        let registered = self.registered(environment.application);
        let redirect_uri = registered.unwrap_or(environment.redirect_uri);
        // A string of JSON is one of Python, YAML and JavaScript, too.
        let quoted = serde_json::to_string(network).unwrap_or_default();
        self.settings
            .replace("\"LATCHKEY_NETWORK\"", &quoted)
            .replace("LATCHKEY_NETWORK", network)
            .replace("LATCHKEY_ISSUER", &environment.endpoints.issuer)
            .replace("LATCHKEY_REDIRECT_URI", redirect_uri.as_str())
            .replace("LATCHKEY_CLIENT_ID", environment.application.client_id.as_str())
            .replace(
                "LATCHKEY_CLIENT_SECRET",
                secret.map_or(MASK, ClientSecret::expose),
            )
    }
}
