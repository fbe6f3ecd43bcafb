//! What happened in the demonstration network: who connected which application, how they use it, and what went wrong.

use std::ops::Range;
use std::time::Duration;

use latchkey_domain::Timestamp;

use super::applications::{App, STAGING, applications};
use super::chance::Chance;
use super::people::{PEOPLE, email_of};
use super::stage::Stage;
use super::{DAY, DemoError, HOST, MEMBER, usage};
use crate::instance::Instance;

const HOUR: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// An event of the story.
enum Step {
    /// The host registered an application.
    Register(App),
    /// The host added a redirect URI.
    AddRedirectUri(App, &'static str),
    /// The host added a second secret.
    ReplaceSecret(App),
    /// The host revealed a secret.
    RevealSecret(App),
    /// The host paused an application.
    Pause(App),
    /// A member connected an application.
    Connect(App, String),
    /// An application did something for a member.
    Use(App, String),
    /// An application used a token that had expired.
    UseOldToken(App, String),
    /// A member pressed Deny.
    Deny(App, String),
    /// A member disconnected an application.
    Disconnect(App, String),
    /// A copied refresh token was used after the original.
    Steal(App, String),
    /// An application sent a member with a wrong parameter.
    Ask(App, String, &'static str, &'static str),
    /// An application exchanged a code with a wrong parameter.
    Exchange(App, String, &'static str, &'static str),
    /// An application exchanged a code after it had expired.
    ExchangeLate(App, String),
}

/// Each step and how long ago it was; oldest first.
// A story is one list.
#[allow(clippy::too_many_lines)]
fn steps() -> Vec<(Duration, Step)> {
    use App::{Calendar, Courses, Crm, Directory, Mobile, Website};
    use Step::{
        AddRedirectUri, Ask, Connect, Deny, Disconnect, Exchange, ExchangeLate, Pause, RevealSecret, Steal,
        Use, UseOldToken,
    };

    let (host, member) = (HOST.to_owned(), MEMBER.to_owned());
    let known = |name: &str| email_of(name);
    let mut steps: Vec<_> = applications()
        .into_iter()
        .map(|(app, days, _)| (DAY * days, Step::Register(app)))
        .collect();
    let mut at = |ago: Duration, step: Step| steps.push((ago, step));

    at(DAY * 200 + HOUR * 3, AddRedirectUri(Crm, STAGING));

    // The host's applications.
    at(DAY * 84, Connect(Directory, host.clone()));
    at(
        DAY * 12 + HOUR,
        Exchange(Directory, host.clone(), "client_secret", "hunter2"),
    );
    at(MINUTE * 12, Use(Directory, host.clone()));
    at(DAY * 61, Connect(Crm, host.clone()));
    at(DAY * 6 + HOUR * 3, Use(Crm, host.clone()));
    at(DAY * 6, Step::ReplaceSecret(Crm));
    at(DAY * 5 + MINUTE * (24 * 60 - 1), RevealSecret(Crm));
    at(DAY * 5 + HOUR * 4, Use(Crm, host.clone()));
    at(
        DAY * 2 + HOUR * 2,
        Ask(
            Crm,
            host.clone(),
            "redirect_uri",
            "https://staging.crm.example.com/oauth/callback/",
        ),
    );
    at(HOUR * 3, Use(Crm, host.clone()));

    // The calendar, until it was paused.
    at(DAY * 52, Connect(Calendar, host.clone()));
    at(DAY * 50, Connect(Calendar, known("Amara Nwosu")));
    at(DAY * 44, Connect(Calendar, known("Noor Rahman")));
    at(DAY * 31, Connect(Calendar, known("Viktor Novák")));
    at(
        DAY * 29,
        Ask(
            Calendar,
            member.clone(),
            "scope",
            "host:read:network_events read:userinfo",
        ),
    );
    at(DAY * 5 + HOUR * 2, Use(Calendar, known("Noor Rahman")));
    at(DAY * 5 + HOUR, Use(Calendar, host.clone()));
    at(DAY * 5, Pause(Calendar));
    at(
        DAY * 4 + MINUTE * (23 * 60 + 30),
        UseOldToken(Calendar, host.clone()),
    );
    at(DAY * 4 + HOUR * 5, Use(Calendar, known("Noor Rahman")));
    at(
        DAY,
        Ask(Calendar, known("Clara Hoffmann"), "scope", "read:userinfo"),
    );

    // Everyone's applications. Whoever connected one first used it last, a few minutes ago.
    let mut chance = Chance::new(99);
    let mut everybody = |app: App, since: u32, people: Range<usize>, minutes: u32| {
        let many = u32::try_from(people.len()).unwrap_or(1);
        let people = PEOPLE[people].iter().map(|(_, _, name)| email_of(name));
        let emails = std::iter::once(MEMBER.to_owned()).chain(people);
        for (index, email) in emails.enumerate() {
            let index = u32::try_from(index).unwrap_or_default();
            let some_minutes = MINUTE * u32::try_from(chance.below(600)).unwrap_or_default();
            let connected = HOUR * (since * 24 * (many + 1 - index) / (many + 1));
            let connected = connected.saturating_sub(some_minutes);
            at(connected, Connect(app, email.clone()));
            let used = MINUTE * (minutes + 7 * index * index) + some_minutes * index / many;
            if used + DAY < connected {
                at(used, Use(app, email));
            }
        }
    };
    everybody(Mobile, 80, 0..12, 3);
    everybody(Website, 70, 8..14, 26);
    everybody(Courses, 21, 20..25, 8);

    // What went wrong, as integrators read it.
    at(DAY * 33, Ask(Mobile, known("Grace Mbeki"), "code_challenge", ""));
    at(DAY * 27, Steal(Mobile, known("Luca Moretti")));
    at(DAY * 26, Connect(Mobile, known("Luca Moretti")));
    at(DAY * 17, Deny(Mobile, known("Ruth Adler")));
    at(DAY * 9, UseOldToken(Mobile, known("Mateo Fuentes")));
    at(
        HOUR * 30,
        Ask(
            Mobile,
            known("Diego Vargas"),
            "scope",
            "read:posts write:everything",
        ),
    );
    at(DAY * 20, ExchangeLate(Courses, known("Minh Tran")));
    at(DAY * 13, Deny(Courses, known("Arjun Mehta")));
    at(
        DAY * 8,
        Exchange(
            Courses,
            known("Minh Tran"),
            "code_verifier",
            "not-the-one-that-the-challenge-was-made-from",
        ),
    );
    at(DAY * 3, Disconnect(Courses, known("Leila Farahani")));

    steps.sort_by_key(|(ago, _)| std::cmp::Reverse(*ago));
    steps
}

/// Runs the story up to `now`.
pub(super) async fn tell(instance: &Instance, now: Timestamp) -> Result<(), DemoError> {
    let mut stage = Stage::new(instance, now);
    for (ago, step) in steps() {
        stage.set_time(now.minus(ago));
        play(&mut stage, step).await?;
    }
    let counts = usage::month(stage.connected(), now);
    instance.store.add_usage(counts).await?;
    Ok(())
}

async fn play(stage: &mut Stage, step: Step) -> Result<(), DemoError> {
    match step {
        Step::Register(app) => {
            let all = applications();
            let draft = all.iter().find(|(other, ..)| *other == app);
            let (_, _, draft) = draft.ok_or(DemoError::Story("an application is not described"))?;
            stage.register(app, draft).await
        }
        Step::AddRedirectUri(app, uri) => stage.add_redirect_uri(app, uri).await,
        Step::ReplaceSecret(app) => stage.replace_secret(app).await,
        Step::RevealSecret(app) => stage.reveal_secret(app).await,
        Step::Pause(app) => stage.pause(app).await,
        Step::Connect(app, email) => stage.connect(app, &email).await,
        Step::Use(app, email) => stage.use_again(app, &email).await,
        Step::UseOldToken(app, email) => stage.use_old_token(app, &email).await,
        Step::Deny(app, email) => stage.deny(app, &email).await,
        Step::Disconnect(app, email) => stage.disconnect(app, &email).await,
        Step::Steal(app, email) => stage.steal(app, &email).await,
        Step::Ask(app, email, name, value) => stage.visit(app, &email, &[(name, value)]).await.map(drop),
        Step::Exchange(app, email, name, value) => {
            let code = stage.allow(app, &email).await?;
            stage.exchange(app, &code, &[(name, value)]).await?;
            // With the correct value the same code works.
            stage.wait(MINUTE);
            stage.exchange(app, &code, &[]).await.map(drop)
        }
        Step::ExchangeLate(app, email) => {
            let code = stage.allow(app, &email).await?;
            stage.wait(MINUTE * 11);
            stage.exchange(app, &code, &[]).await.map(drop)
        }
    }
}
