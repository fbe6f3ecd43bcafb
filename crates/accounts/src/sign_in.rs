//! Signing in with email and password.

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_domain::{Actor, Clock, Email, Member};
use latchkey_storage::{AuditAction, AuditEntry, KeyedHash, PasswordHash, Proof, Store, StoreError};
use zeroize::Zeroizing;

use crate::half_way::{FirstProof, HalfWay};
use crate::throttle::SignInThrottle;
use crate::{AccountError, Opened, Passwords, SessionKeeper, Visit};

/// A request to sign in.
pub struct SignInRequest {
    /// The email, as typed.
    pub email: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// The client's IP address.
    pub address: Option<IpAddr>,
    /// The browser's user agent.
    pub user_agent: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
}

/// The right password.
enum Checked {
    Opened(Member, Opened),
    /// The member needs a second factor; the hash that was matched.
    NeedsMore(Member, PasswordHash),
}

/// How often a sign-in is repeated if the password changes while it is checked.
const TRIES: usize = 3;

/// A successful sign-in.
pub struct SignedIn {
    /// The member who signed in.
    pub member: Member,
    /// The new session.
    pub opened: Opened,
    /// Whether the member never signed in from that network before.
    pub is_new_place: bool,
}

/// What an attempt with the right password leads to.
pub enum Attempt {
    /// The member is signed in.
    SignedIn(Box<SignedIn>),
    /// A code of the member's app is wanted: what the form with the code has to bring along.
    NeedsCode(String),
    /// The member is a host, and hosts need a second factor: the same, for the form that sets one up.
    NeedsSecondFactor(String),
}

/// Signs members in.
#[derive(Clone)]
pub struct SignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    sessions: SessionKeeper,
    throttle: Arc<SignInThrottle>,
    half_way: HalfWay,
}

impl SignIn {
    /// Signs in members of `store`. Each key is derived for this purpose only; it makes the MACs under which attempts are
    /// counted.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        passwords: Passwords,
        sessions: SessionKeeper,
        key: [u8; 32],
        half_way_key: [u8; 32],
    ) -> Self {
        Self {
            half_way: HalfWay::new(half_way_key),
            throttle: Arc::new(SignInThrottle::over(store.clone(), key)),
            store,
            clock,
            passwords,
            sessions,
        }
    }

    /// Counts attempts under MACs of this key from now on. It is derived from another server key.
    pub fn use_key(&self, key: [u8; 32]) {
        self.throttle.use_key(key);
    }

    /// Opens a session if the password is right. Neither the answer nor its duration shows whether the email is known.
    pub async fn attempt(&self, request: SignInRequest) -> Result<Attempt, AccountError> {
        let now = self.clock.now();
        let email = request.email.parse::<Email>().ok();
        // An email has one account, in whatever way it is typed.
        let account = Email::key(&request.email);
        let (address, is_known) = (request.address, self.is_known(&account, request.address).await?);
        self.throttle.admit(&account, address, is_known, now).await?;
        match self.check_and_open(email.as_ref(), &account, request).await {
            Ok(checked) => {
                self.throttle.succeeded(&account, address, now).await?;
                Ok(match checked {
                    Checked::Opened(member, opened) => Attempt::SignedIn(Box::new(SignedIn {
                        member,
                        opened,
                        is_new_place: !is_known,
                    })),
                    Checked::NeedsMore(member, hash) => self.half_way(&member, &hash, FirstProof::Password),
                })
            }
            Err(AccountError::WrongCredentials) => Err(AccountError::WrongCredentials),
            Err(error) => {
                self.throttle.undecided(&account, address, now).await;
                Err(error)
            }
        }
    }

    /// Half of a sign-in, for a member who just proved who they are and needs a second factor.
    fn half_way(&self, member: &Member, hash: &PasswordHash, proof: FirstProof) -> Attempt {
        let half_way = self.half_way.write(member.id, hash, proof, self.clock.now());
        if member.second_factor {
            Attempt::NeedsCode(half_way)
        } else {
            Attempt::NeedsSecondFactor(half_way)
        }
    }

    /// Whether a password alone is not enough for the member.
    async fn needs_more(&self, member: &Member) -> Result<bool, AccountError> {
        Ok(
            member.second_factor
                || (member.role.is_host() && self.store.network().await?.hosts_second_factor),
        )
    }

    /// Whether members other than hosts sign in only with providers, and this is one of them.
    async fn needs_provider(&self, member: &Member) -> Result<bool, AccountError> {
        Ok(!member.role.is_host() && self.store.network().await?.providers_only)
    }

    /// Whose half of a sign-in this is, the hash of the member's password, and what was proved. `None` if it is over: ten
    /// minutes ago, or the password changed.
    pub async fn of_half_way(
        &self,
        text: &str,
    ) -> Result<Option<(Member, PasswordHash, FirstProof)>, AccountError> {
        let Some((id, proof)) = self.half_way.member(text, self.clock.now()) else {
            return Ok(None);
        };
        let Some(member) = self.store.member(id).await? else {
            return Ok(None);
        };
        let credentials = self.store.credentials(&member.email).await?;
        Ok(credentials
            .filter(|(found, hash)| found.id == id && !found.is_suspended() && HalfWay::is_of(text, hash))
            .map(|(member, hash)| (member, hash, proof)))
    }

    /// Goes on after a password was chosen with a link: a session, or the second factor. `None` if the password changed since.
    pub async fn after_password(
        &self,
        member: &Member,
        password: PasswordHash,
        address: Option<IpAddr>,
        user_agent: Option<String>,
    ) -> Result<Option<Attempt>, AccountError> {
        let Some(member) = self.store.member(member.id).await? else {
            return Ok(None);
        };
        if self.needs_provider(&member).await? {
            return Err(AccountError::ProvidersOnly);
        }
        if self.needs_more(&member).await? {
            return Ok(Some(self.half_way(&member, &password, FirstProof::Password)));
        }
        let opened = self
            .open(&member, (password, Proof::Password), address, user_agent)
            .await?;
        Ok(opened.map(|opened| {
            Attempt::SignedIn(Box::new(SignedIn {
                member,
                opened,
                is_new_place: false,
            }))
        }))
    }

    /// Goes on after a provider said who it is: a session, or the second factor that was set up here. `None` if the password
    /// changed or the member was suspended since.
    pub(crate) async fn with_provider(
        &self,
        member: Member,
        hash: PasswordHash,
        origin: &Actor,
        from: (Option<IpAddr>, Option<String>),
    ) -> Result<Option<Attempt>, AccountError> {
        let proof = FirstProof::Provider;
        if self.needs_more(&member).await? {
            return Ok(Some(self.half_way(&member, &hash, proof)));
        }
        let signed_in = self.finish(member, (hash, proof.alone()), origin, from).await?;
        Ok(signed_in.map(|signed_in| Attempt::SignedIn(Box::new(signed_in))))
    }

    /// Opens the session of a sign-in whose second factor was just checked. `None` if the password changed since.
    pub async fn finish(
        &self,
        member: Member,
        proved: (PasswordHash, Proof),
        origin: &Actor,
        (address, user_agent): (Option<IpAddr>, Option<String>),
    ) -> Result<Option<SignedIn>, AccountError> {
        let account = Email::key(member.email.as_str());
        let is_new_place = !self.is_known(&account, address).await?;
        let Some(opened) = self.open(&member, proved, address, user_agent).await? else {
            return Ok(None);
        };
        self.note_host(&member, origin).await?;
        Ok(Some(SignedIn {
            member,
            opened,
            is_new_place,
        }))
    }

    /// Opens a session for a member whose passkey was just checked.
    pub async fn with_passkey(
        &self,
        member: Member,
        origin: &Actor,
        from: (Option<IpAddr>, Option<String>),
    ) -> Result<Option<SignedIn>, AccountError> {
        if self.needs_provider(&member).await? {
            return Err(AccountError::ProvidersOnly);
        }
        let credentials = self.store.credentials(&member.email).await?;
        let Some((_, hash)) = credentials.filter(|(found, _)| found.id == member.id) else {
            return Ok(None);
        };
        self.finish(member, (hash, Proof::Passkey), origin, from).await
    }

    /// Runs a check of something that only the member knows or has, counted like an attempt to sign in.
    pub(crate) async fn counted<T>(
        &self,
        email: &Email,
        address: Option<IpAddr>,
        check: impl AsyncFnOnce() -> Result<T, AccountError>,
    ) -> Result<T, AccountError> {
        let now = self.clock.now();
        let account = Email::key(email.as_str());
        let is_known = self.is_known(&account, address).await?;
        self.throttle.admit(&account, address, is_known, now).await?;
        let checked = check().await;
        match &checked {
            Ok(_) => self.throttle.succeeded(&account, address, now).await?,
            Err(AccountError::WrongCredentials | AccountError::WrongCode) => {}
            Err(_) => self.throttle.undecided(&account, address, now).await,
        }
        checked
    }

    /// Checks the password of a member who is signed in, before something that only they may do. It counts as an attempt
    /// to sign in: a session that was left open is no place to guess the password. Returns the hash that it matched.
    pub async fn confirm(
        &self,
        member: &Member,
        password: Zeroizing<String>,
        address: Option<IpAddr>,
    ) -> Result<PasswordHash, AccountError> {
        self.counted(&member.email, address, async || {
            let hash = self.matching_hash(member, password).await?;
            hash.ok_or(AccountError::WrongCredentials)
        })
        .await
    }

    /// The hash of the member's password, if `password` matches it.
    async fn matching_hash(
        &self,
        member: &Member,
        password: Zeroizing<String>,
    ) -> Result<Option<PasswordHash>, AccountError> {
        let credentials = self.store.credentials(&member.email).await?;
        let hash = credentials
            .filter(|(found, _)| found.id == member.id)
            .map(|(_, hash)| hash);
        let verified = self.passwords.verify(password, hash.clone()).await?;
        Ok(hash.filter(|_| verified.matches))
    }

    /// Opens a session for a member whose password was just hashed or checked. `None` if it changed since, or if the
    /// member was removed.
    pub async fn open(
        &self,
        member: &Member,
        (password, proof): (PasswordHash, Proof),
        address: Option<IpAddr>,
        user_agent: Option<String>,
    ) -> Result<Option<Opened>, AccountError> {
        let visit = Visit {
            member: member.id,
            password,
            proof,
            rehashed: None,
            network: self.network(member.email.as_str(), address),
            address: address.map(|address| address.to_string()),
            user_agent,
        };
        self.sessions.open(visit).await
    }

    /// The key of the network of `address`, for sign-ins as `account`.
    fn network(&self, account: &str, address: Option<IpAddr>) -> Option<KeyedHash> {
        address.map(|address| self.throttle.network(account, address))
    }

    /// Whether the member signed in from that network before. Takes equally long for an account that does not exist.
    async fn is_known(&self, account: &str, address: Option<IpAddr>) -> Result<bool, AccountError> {
        match self.network(account, address) {
            Some(network) => Ok(self.store.has_signed_in_from(&network).await?),
            None => Ok(false),
        }
    }

    async fn check_and_open(
        &self,
        email: Option<&Email>,
        account: &str,
        request: SignInRequest,
    ) -> Result<Checked, AccountError> {
        let SignInRequest {
            password,
            address,
            user_agent,
            request_id,
            ..
        } = request;
        let origin = Actor {
            member: None,
            address: address.map(|address| address.to_string()),
            request_id,
        };
        let mut found = None;
        for _ in 0..TRIES {
            let credentials = match email {
                Some(email) => self.store.credentials(email).await?,
                None => None,
            };
            let (member, hash) = credentials.unzip();
            let verified = self.passwords.verify(password.clone(), hash.clone()).await?;
            found = member;
            let (Some(member), Some(hash), true) = (&found, hash, verified.matches) else {
                break;
            };
            if member.is_suspended() {
                return Err(AccountError::Suspended);
            }
            if self.needs_provider(member).await? {
                return Err(AccountError::ProvidersOnly);
            }
            if self.needs_more(member).await? {
                return Ok(Checked::NeedsMore(member.clone(), hash));
            }
            let visit = Visit {
                member: member.id,
                password: hash,
                proof: Proof::Password,
                rehashed: verified.rehashed,
                network: self.network(account, address),
                address: origin.address.clone(),
                user_agent: user_agent.clone(),
            };
            // Checking takes a while. If the hash changed meanwhile, the password has to match the new one.
            let Some(opened) = self.sessions.open(visit).await? else {
                continue;
            };
            let member = member.clone();
            self.note_host(&member, &origin).await?;
            return Ok(Checked::Opened(member, opened));
        }
        if let Some(host) = found.filter(|member| member.role.is_host()) {
            // In the background: the duration of the answer must not show that this is a host.
            let this = self.clone();
            tokio::spawn(async move { this.note(origin, AuditAction::SignInFailed, &host).await });
        }
        Err(AccountError::WrongCredentials)
    }

    /// Adds an audit entry if the member is a host: others must be able to review what hosts do.
    async fn note_host(&self, member: &Member, origin: &Actor) -> Result<(), StoreError> {
        if !member.role.is_host() {
            return Ok(());
        }
        let by = Actor {
            member: Some(member.id),
            ..origin.clone()
        };
        self.note(by, AuditAction::SignedIn, member).await
    }

    async fn note(&self, by: Actor, action: AuditAction, host: &Member) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.clock.now(),
            actor: by,
            action,
            target: host.email.to_string(),
            detail: String::new(),
        };
        self.store.note(entry).await
    }
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
