//! Why a request failed, as pages and programs tell failures apart.

use latchkey_domain::named;

named! {
    /// Why a request failed. The message of an entry has the details; this says what helps.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ActivityReason: "a reason" {
        /// The request names no application.
        ClientIdMissing = "client-id-missing",
        /// No client id of this server looks like the one that was sent.
        ClientIdMalformed = "client-id-malformed",
        /// No application has or had this client id.
        ClientUnknown = "client-unknown",
        /// The application was deleted.
        ClientDeleted = "client-deleted",
        /// The `Authorization` header is not HTTP Basic.
        BasicMalformed = "basic-malformed",
        /// Header and body name different clients or secrets.
        CredentialsDiffer = "credentials-differ",
        /// A confidential application sent no secret.
        SecretMissing = "secret-missing",
        /// A public application sent a secret.
        SecretUnneeded = "secret-unneeded",
        /// The application has no secret right now.
        SecretNone = "secret-none",
        /// The secret is right, but for white space around it.
        SecretWhiteSpace = "secret-white-space",
        /// The client id was sent as the secret.
        SecretIsClientId = "secret-is-client-id",
        /// The secret is too short or too long.
        SecretLength = "secret-length",
        /// No secret has such characters.
        SecretCharacters = "secret-characters",
        /// One character of the secret is wrong.
        SecretOneOff = "secret-one-off",
        /// A host retired this secret.
        SecretRetired = "secret-retired",
        /// The secret is another application's, or made up.
        SecretWrong = "secret-wrong",
        /// A parameter is missing, repeated or too long.
        Parameter = "parameter",
        /// The body cannot be read.
        Unreadable = "unreadable",
        /// A parameter has a value that this server does not support.
        Unsupported = "unsupported",
        /// There is no `redirect_uri`, and several are registered.
        RedirectUriMissing = "redirect-uri-missing",
        /// The `redirect_uri` is not registered.
        RedirectUriMismatch = "redirect-uri-mismatch",
        /// Only the query of the `redirect_uri` is not registered.
        RedirectUriQuery = "redirect-uri-query",
        /// Two requests that belong together have different redirect URIs.
        RedirectUriChanged = "redirect-uri-changed",
        /// The `post_logout_redirect_uri` is not registered.
        LogoutUriUnregistered = "logout-uri-unregistered",
        /// A provider failed, or is not set up right.
        ProviderFailed = "provider-failed",
        /// A provider says who somebody is, and that is nobody who may sign in so.
        ProviderRefused = "provider-refused",
        /// There is no `state` and no PKCE.
        StateMissing = "state-missing",
        /// A public application asked without PKCE.
        PkceMissing = "pkce-missing",
        /// The PKCE method is `plain`.
        PkcePlain = "pkce-plain",
        /// The challenge has the wrong form.
        PkceChallenge = "pkce-challenge",
        /// The verifier is missing, or there was no challenge.
        PkceVerifierMissing = "pkce-verifier-missing",
        /// The verifier does not match the challenge.
        PkceVerifierWrong = "pkce-verifier-wrong",
        /// A scope is not registered for the application.
        ScopeUnregistered = "scope-unregistered",
        /// There is no such scope.
        ScopeUnknown = "scope-unknown",
        /// Scopes are separated by something else than spaces.
        ScopeSeparator = "scope-separator",
        /// More scopes than were granted.
        ScopeNotGranted = "scope-not-granted",
        /// Only hosts can grant the scopes.
        ScopeHostOnly = "scope-host-only",
        /// The network has no such `resource`.
        ResourceUnknown = "resource-unknown",
        /// A token request names a `resource` that the authorization did not.
        ResourceNotGranted = "resource-not-granted",
        /// A token that was asked for with `resource` was used elsewhere.
        ResourceOther = "resource-other",
        /// `prompt=none`, and the member has to do something.
        PromptNone = "prompt-none",
        /// The member declined.
        Declined = "declined",
        /// A host paused the application.
        Paused = "paused",
        /// A host suspended the member.
        Suspended = "suspended",
        /// The network's plan has no applications.
        Plan = "plan",
        /// The grant type is missing or not supported.
        GrantType = "grant-type",
        /// The code was not issued by this server, or is not a code.
        CodeInvalid = "code-invalid",
        /// The code expired.
        CodeExpired = "code-expired",
        /// The code was used before.
        CodeReused = "code-reused",
        /// The code was never exchanged.
        CodeNotExchanged = "code-not-exchanged",
        /// The token was not issued by this server, or is not such a token.
        TokenInvalid = "token-invalid",
        /// The code or token belongs to another application.
        TokenOfAnother = "token-of-another",
        /// What was granted was revoked, or its member is gone.
        Revoked = "revoked",
        /// The access token expired.
        AccessExpired = "access-expired",
        /// The access token was replaced by a refresh.
        Superseded = "superseded",
        /// The refresh token was not used for too long.
        RefreshExpired = "refresh-expired",
        /// A refresh token that was replaced came again.
        RefreshReused = "refresh-reused",
        /// The authorization ended.
        GrantEnded = "grant-ended",
        /// The code or token belongs to the API explorer.
        Explorer = "explorer",
        /// A token without the scope that a field needs.
        ApiScope = "api-scope",
        /// A change of what someone else wrote.
        ApiNotYours = "api-not-yours",
        /// An object that does not exist, or that the member may not see.
        ApiNotFound = "api-not-found",
        /// A query or an argument that is wrong.
        ApiInput = "api-input",
        /// A query that is too large.
        ApiTooComplex = "api-too-complex",
        /// Too many queries.
        ApiThrottled = "api-throttled",
        /// A query that took too long.
        ApiTimeout = "api-timeout",
        /// The server failed.
        ApiFailed = "api-failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_name() {
        for reason in ActivityReason::ALL {
            assert_eq!(reason.id().parse(), Ok(reason));
        }
        assert!("nonsense".parse::<ActivityReason>().is_err());
    }
}
