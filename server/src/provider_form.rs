//! What a host typed about a provider, as a provider.

use std::fmt::Display;

use latchkey_app::pages::{ProviderField as Field, ProviderForm, ProviderProblems, ProviderProtocol};
use latchkey_domain::Slug;
use latchkey_domain::provider::{
    FieldPath, ProfileFields, ProviderClientId, ProviderKind, ProviderName, ProviderScopes, ProviderSpec,
    ProviderUrl,
};
use latchkey_storage::providers::SecretChange;
use zeroize::Zeroizing;

/// The longest client secret.
const SECRET_LENGTH: usize = 1_000;

/// Reads the fields, and collects what is wrong with them.
struct Reader<'a> {
    form: &'a ProviderForm,
    problems: ProviderProblems,
}

impl Reader<'_> {
    fn read<T, E: Display>(&mut self, field: Field, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        if let Some(blank) = self.form.blank(field) {
            let problem = format!("Replace {blank} with your own.");
            self.problems.insert(field, problem);
            return None;
        }
        match parse(self.form.text(field)) {
            Ok(value) => Some(value),
            Err(error) => {
                let problem = format!("{} {error}.", field.label());
                self.problems.insert(field, problem);
                None
            }
        }
    }

    fn path(&mut self, field: Field) -> Option<FieldPath> {
        if self.form.text(field).trim().is_empty() {
            return None;
        }
        self.read(field, FieldPath::parse)
    }

    fn kind(&mut self) -> Option<ProviderKind> {
        match self.form.protocol {
            ProviderProtocol::OpenIdConnect => Some(ProviderKind::OpenIdConnect {
                issuer: self.read(Field::Issuer, ProviderUrl::parse)?,
            }),
            ProviderProtocol::OAuth2 => {
                let authorization = self.read(Field::Authorization, ProviderUrl::parse);
                let token = self.read(Field::Token, ProviderUrl::parse);
                let userinfo = self.read(Field::Userinfo, ProviderUrl::parse);
                let id = self.read(Field::IdPath, FieldPath::parse);
                let [email, email_verified, name, given_name, family_name, picture, bio] = [
                    Field::EmailPath,
                    Field::EmailVerifiedPath,
                    Field::NamePath,
                    Field::GivenNamePath,
                    Field::FamilyNamePath,
                    Field::PicturePath,
                    Field::BioPath,
                ]
                .map(|field| self.path(field));
                Some(ProviderKind::OAuth2 {
                    authorization: authorization?,
                    token: token?,
                    userinfo: userinfo?,
                    fields: ProfileFields {
                        id: id?,
                        email,
                        email_verified,
                        name,
                        given_name,
                        family_name,
                        picture,
                        bio,
                    },
                })
            }
        }
    }
}

/// Names that pages have beside those of providers.
const RESERVED: [&str; 2] = ["add", "only"];

fn read_slug(text: &str) -> Result<Slug, String> {
    let slug = text.trim().parse::<Slug>().map_err(|error| error.to_string())?;
    if RESERVED.contains(&slug.as_str()) {
        return Err(format!("cannot be “{slug}”: choose another"));
    }
    Ok(slug)
}

/// The provider that the form describes, or what is wrong with each field. `slug` is that of one which is there.
pub(crate) fn read(
    form: &ProviderForm,
    existing: Option<(&Slug, bool)>,
) -> Result<(ProviderSpec, SecretChange), ProviderProblems> {
    let mut reader = Reader {
        form,
        problems: ProviderProblems::new(),
    };
    let name = reader.read(Field::Name, ProviderName::parse);
    let slug = match existing {
        Some((slug, _)) => Some(slug.clone()),
        None => reader.read(Field::Slug, read_slug),
    };
    let kind = reader.kind();
    let client_id = reader.read(Field::ClientId, ProviderClientId::parse);
    let scopes = reader.read(Field::Scopes, ProviderScopes::parse);
    let scopes = scopes.inspect(|scopes| {
        let has_openid = scopes.as_str().split(' ').any(|scope| scope == "openid");
        if form.protocol == ProviderProtocol::OpenIdConnect && !has_openid {
            let problem = "Scopes must contain openid, or the provider does not say who it is.".to_owned();
            reader.problems.insert(Field::Scopes, problem);
        }
    });
    let secret = form.text(Field::ClientSecret).trim();
    if secret.chars().count() > SECRET_LENGTH || secret.chars().any(char::is_control) {
        let problem = format!("Client secret can have at most {SECRET_LENGTH} visible characters.");
        reader.problems.insert(Field::ClientSecret, problem);
    }
    let (Some(name), Some(slug), Some(kind), Some(client_id), Some(scopes), true) =
        (name, slug, kind, client_id, scopes, reader.problems.is_empty())
    else {
        return Err(reader.problems);
    };
    let secret = if secret.is_empty() {
        SecretChange::Keep
    } else {
        SecretChange::Set(Zeroizing::new(secret.to_owned()))
    };
    let spec = ProviderSpec {
        name,
        slug,
        kind,
        client_id,
        credentials_in: form.credentials_in,
        scopes,
        verifies_emails: form.verifies_emails,
        admits_new_people: form.admits_new_people,
        follows_profile: form.follows_profile,
        is_on: existing.is_some_and(|(_, is_on)| is_on),
    };
    Ok((spec, secret))
}
