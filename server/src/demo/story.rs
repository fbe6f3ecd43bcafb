//! What happened in the demonstration network: who connected which application, how they use it, and what went wrong.

use std::ops::Range;
use std::time::Duration;

use latchkey_domain::Timestamp;

use super::chance::Chance;
use super::content::{App, CONTENT, Event, Step};
use super::stage::Stage;
use super::{DAY, HOUR, usage};
use crate::error::CliError;
use crate::instance::Instance;

const MINUTE: Duration = Duration::from_secs(60);

/// All events; oldest first.
fn events() -> Vec<Event> {
    let registered = CONTENT.applications.iter().map(|(app, registration)| Event {
        ago: DAY * registration.days,
        app: *app,
        step: Step::Register,
    });
    let mut events: Vec<_> = registered.chain(CONTENT.story.iter().cloned()).collect();
    // Everyone's applications. The member who connected one first used it last, a few minutes ago.
    let mut chance = Chance::new(99);
    let mut everybody = |app: App, since: u32, people: Range<usize>, minutes: u32| {
        let many = u32::try_from(people.len()).unwrap_or(1);
        let people = CONTENT.people[people].iter().map(|person| person.name.as_str());
        for (index, who) in (0..).zip(std::iter::once("member").chain(people)) {
            let some_minutes = MINUTE * u32::try_from(chance.below(600)).unwrap_or_default();
            let connected = HOUR * (since * 24 * (many + 1 - index) / (many + 1));
            let connected = connected.saturating_sub(some_minutes);
            let mut at = |ago: Duration, step: Step| events.push(Event { ago, app, step });
            at(connected, Step::Connect { who: who.into() });
            let used = MINUTE * (minutes + 7 * index * index) + some_minutes * index / many;
            if used + DAY < connected {
                at(used, Step::Use { who: who.into() });
            }
        }
    };
    everybody(App::Mobile, 80, 0..12, 3);
    everybody(App::Website, 70, 8..14, 26);
    everybody(App::Courses, 21, 20..25, 8);
    events.sort_by_key(|event| std::cmp::Reverse(event.ago));
    events
}

/// Runs the story up to `now`.
pub(super) async fn tell(instance: &Instance, now: Timestamp) -> Result<(), CliError> {
    let mut stage = Stage::new(instance);
    for Event { ago, app, step } in events() {
        stage.clock.set(now.minus(ago));
        play(&mut stage, app, step).await?;
    }
    let counts = usage::month(stage.connected(), now);
    instance.store.add_usage(counts).await?;
    Ok(())
}

async fn play(stage: &mut Stage, app: App, step: Step) -> Result<(), CliError> {
    match step {
        Step::Register => stage.register(app).await,
        Step::AddRedirectUri { uri } => stage.add_redirect_uri(app, &uri).await,
        Step::ReplaceSecret => stage.replace_secret(app).await,
        Step::RevealSecret => stage.reveal_secret(app).await,
        Step::Pause => stage.pause(app).await,
        Step::Connect { who } => stage.connect(app, &who).await,
        Step::Use { who } => stage.use_again(app, &who).await,
        Step::UseOldToken { who } => stage.use_old_token(app, &who).await,
        Step::Deny { who } => stage.deny(app, &who).await,
        Step::Disconnect { who } => stage.disconnect(app, &who).await,
        Step::Steal { who } => stage.steal(app, &who).await,
        Step::Ask { who, change } => stage.visit(app, &who, Some(&change)).await.map(drop),
        Step::Exchange { who, change } => {
            let code = stage.allow(app, &who).await?;
            stage.exchange(app, &code, Some(&change)).await?;
            // With the correct value the same code works.
            stage.clock.advance(MINUTE);
            stage.exchange(app, &code, None).await.map(drop)
        }
        Step::ExchangeLate { who } => {
            let code = stage.allow(app, &who).await?;
            stage.clock.advance(MINUTE * 11);
            stage.exchange(app, &code, None).await.map(drop)
        }
    }
}
