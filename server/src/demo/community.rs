//! The demonstration community as imported: the same each time, except for its start date.

use std::time::Duration;

use latchkey_domain::content::{RichText, SpaceVisibility, Title};
use latchkey_domain::{Email, MemberName, Role, Timestamp};
use latchkey_headless::html::sanitize;
use latchkey_storage::PasswordHash;
use latchkey_storage::content::{
    Community, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson, NewMembershipPlan, NewProfile,
    NewReply, NewSpace,
};

use super::chance::Chance;
use super::content::{CONTENT, Person, Plan, Topic};
use super::people::{crowd, email_of};
use super::{DAY, HOST, HOUR, MEMBER, ago};

/// The number of posts and of comments on them.
const POST_COUNT: usize = 800;
const COMMENT_COUNT: usize = 2_500;
const EVENT_COUNT: usize = 60;

/// The whole community. `password` belongs to the two public accounts.
pub(super) fn community(now: Timestamp, password: &PasswordHash) -> Option<Community> {
    let members = members(now, password);
    let moderators = members.iter().filter(|member| member.role != Role::Member);
    let mut build = Build {
        now,
        emails: members.iter().map(|member| member.email.clone()).collect(),
        moderators: moderators.map(|member| member.email.clone()).collect(),
        chance: Chance::new(2024),
    };
    Some(Community {
        spaces: CONTENT
            .topics
            .iter()
            .map(|topic| build.space(topic))
            .collect::<Option<_>>()?,
        plans: plans(now)?,
        events: (0..EVENT_COUNT)
            .map(|index| build.event(index))
            .collect::<Option<_>>()?,
        posts: (0..POST_COUNT)
            .map(|index| build.post(index))
            .collect::<Option<_>>()?,
        courses: build.courses()?,
        members,
    })
}

fn members(now: Timestamp, password: &PasswordHash) -> Vec<NewProfile> {
    let mut chance = Chance::new(7);
    let account = |email: &str, role: Role, name: &str| {
        let (days, name) = (730, name.to_owned());
        (
            email.to_owned(),
            Some(password.clone()),
            Person { days, role, name },
        )
    };
    let two = [
        account(MEMBER, Role::Member, "Sam Okafor"),
        account(HOST, Role::Host, "Robin Hale"),
    ];
    let others = CONTENT.people.iter().cloned().chain(crowd());
    let others = others.map(|person| (email_of(&person.name), None, person));
    two.into_iter()
        .chain(others)
        .filter_map(|(email, password, Person { days, role, name })| {
            let away = u32::try_from(chance.below(60)).unwrap_or(0).min(days);
            // One in eight has never signed in.
            let came = chance.below(8) > 0 || password.is_some();
            Some(NewProfile {
                email: email.parse().ok()?,
                name: MemberName::parse(&name).ok()?,
                role,
                joined_at: Some(ago(now, days)),
                last_active_at: came.then(|| ago(now, away)),
                avatar_url: None,
                password,
            })
        })
        .collect()
}

fn plans(now: Timestamp) -> Option<Vec<NewMembershipPlan>> {
    let plan = |plan: &Plan| {
        Some(NewMembershipPlan {
            name: Title::parse(&plan.name).ok()?,
            description: plan.description.clone(),
            price_cents: plan.price_cents,
            currency: "EUR".parse().ok()?,
            interval: plan.interval.parse().ok()?,
            created_at: Some(ago(now, 720)),
        })
    };
    CONTENT.plans.iter().map(plan).collect()
}

struct Build {
    now: Timestamp,
    emails: Vec<Email>,
    moderators: Vec<Email>,
    chance: Chance,
}

impl Build {
    fn space(&mut self, topic: &Topic) -> Option<NewSpace> {
        let members = if topic.private {
            self.insiders(topic)
        } else {
            let everyone = self.emails.iter().enumerate();
            // The first two are the public accounts: they belong to every open space.
            everyone
                .filter(|(index, _)| {
                    *index < 2 || topic.slug.as_str() == "welcome" || self.chance.below(3) == 0
                })
                .map(|(_, email)| email.clone())
                .collect()
        };
        Some(NewSpace {
            slug: topic.slug.clone(),
            name: Title::parse(&topic.name).ok()?,
            description: topic.description.clone(),
            visibility: if topic.private {
                SpaceVisibility::Private
            } else {
                SpaceVisibility::Public
            },
            created_at: Some(ago(self.now, 725)),
            members,
        })
    }

    /// The members of a private space.
    fn insiders(&self, topic: &Topic) -> Vec<Email> {
        if topic.slug.as_str() == "moderators" {
            self.moderators.clone()
        } else {
            self.emails.iter().skip(1).step_by(9).cloned().collect()
        }
    }

    fn author(&mut self, topic: &Topic) -> Email {
        if topic.private {
            let insiders = self.insiders(topic);
            return self.chance.one_of(&insiders).clone();
        }
        // The public member account has written something too.
        if self.chance.below(30) == 0 {
            return self.emails[0].clone();
        }
        self.chance.one_of(&self.emails).clone()
    }

    fn event(&mut self, index: usize) -> Option<NewEvent> {
        let topic = &CONTENT.topics[index % 10];
        let event = &CONTENT.events[index % CONTENT.events.len()];
        let thing = &topic.things[index % topic.things.len()];
        // One every six days: two thirds are past, one third is to come.
        let day = ago(self.now, 240).plus(DAY * u32::try_from(index * 6).unwrap_or(0));
        let starts_at = day.start_of(DAY).plus(HOUR * 18);
        Some(NewEvent {
            space: (index % 5 != 4).then(|| topic.slug.clone()),
            organizer: Some(self.author(topic)),
            title: Title::parse(&about(&event.title, thing)).ok()?,
            description: rich(&event.description, thing)?,
            location: Some(event.location.clone()),
            starts_at,
            ends_at: starts_at.plus(HOUR * 2),
            created_at: Some(day.minus(DAY * 21).min(self.now)),
        })
    }

    fn post(&mut self, index: usize) -> Option<NewCommunityPost> {
        let (topics, posts, comments) = (&CONTENT.topics, &CONTENT.posts, &CONTENT.comments);
        let topic = &topics[index % topics.len()];
        let round = index / topics.len();
        let thing = &topic.things[round % topic.things.len()];
        let post = &posts[(round / topic.things.len() + round % topic.things.len()) % posts.len()];
        // From two years ago until this morning, at all hours.
        let minutes = (POST_COUNT - index) * 1_310 + self.chance.below(900);
        let created_at = self.now.minus(Duration::from_secs(minutes as u64 * 60));
        let count = COMMENT_COUNT * (index + 1) / POST_COUNT - COMMENT_COUNT * index / POST_COUNT;
        let mut replies = Vec::with_capacity(count);
        for reply in 0..count {
            let later = Duration::from_secs((reply as u64 * 170 + self.chance.below(150) as u64 + 5) * 60);
            replies.push(NewReply {
                author: Some(self.author(topic)),
                body: rich(&comments[self.chance.below(comments.len())], thing)?,
                created_at: Some(created_at.plus(later).min(self.now)),
            });
        }
        Some(NewCommunityPost {
            space: topic.slug.clone(),
            author: Some(self.author(topic)),
            title: Title::parse(&about(&post.title, thing)).ok()?,
            body: rich(&post.body, thing)?,
            created_at: Some(created_at),
            comments: replies,
        })
    }

    fn courses(&mut self) -> Option<Vec<NewCourse>> {
        let mut courses = Vec::with_capacity(CONTENT.courses.len());
        for (index, syllabus) in CONTENT.courses.iter().enumerate() {
            let lesson = |(title, minutes): &(String, u32)| {
                Some(NewLesson {
                    title: Title::parse(title).ok()?,
                    body: sanitize(&format!(
                        "<p>{title}: read this first, then try it in the workshop. It takes about {minutes} minutes.</p>"
                    ))
                    .ok()?,
                    minutes: *minutes,
                })
            };
            let mut enrolments = Vec::new();
            for (place, email) in self.emails.iter().enumerate() {
                // The public member account takes three courses and has completed one of them.
                let (takes, done) = match place {
                    0 => (index < 3, syllabus.lessons.len() / (index + 1)),
                    _ => (
                        self.chance.below(5) == 0,
                        self.chance.below(syllabus.lessons.len() + 1),
                    ),
                };
                if takes {
                    let enrolled_at = ago(self.now, 200 - u32::try_from(index).unwrap_or(0) * 10);
                    enrolments.push(NewEnrolment {
                        member: email.clone(),
                        enrolled_at: Some(enrolled_at),
                        completed: (1..=u32::try_from(done).unwrap_or(0))
                            .map(|lesson| enrolled_at.plus(DAY * lesson * 3))
                            .collect(),
                    });
                }
            }
            courses.push(NewCourse {
                slug: syllabus.slug.clone(),
                title: Title::parse(&syllabus.title).ok()?,
                description: syllabus.description.clone(),
                created_at: Some(ago(self.now, 400)),
                lessons: syllabus.lessons.iter().map(lesson).collect::<Option<_>>()?,
                enrolments,
            });
        }
        Some(courses)
    }
}

/// `template` about `thing`, which may come first.
fn about(template: &str, thing: &str) -> String {
    let text = template.replace("{thing}", thing);
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn rich(template: &str, thing: &str) -> Option<RichText> {
    sanitize(&template.replace("{thing}", thing)).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn demo() -> Community {
        let now = Timestamp::from_millis(1_780_000_000_000);
        community(now, &PasswordHash("hash".into())).expect("every text is valid")
    }

    #[test]
    fn has_the_size_that_was_promised() {
        let demo = demo();
        let comments: usize = demo.posts.iter().map(|post| post.comments.len()).sum();
        let sizes = [
            demo.members.len(),
            demo.spaces.len(),
            demo.events.len(),
            demo.plans.len(),
            demo.posts.len(),
            comments,
            demo.courses.len(),
        ];
        assert_eq!(sizes, [200, 12, 60, 4, 800, 2_500, 6]);
    }

    #[test]
    fn is_the_same_each_time_and_repeats_itself_little() {
        let (one, other) = (demo(), demo());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        let titles: HashSet<_> = one
            .posts
            .iter()
            .map(|post| (&post.space, post.title.as_str()))
            .collect();
        assert!(titles.len() > 750, "{} different titles", titles.len());
    }

    #[test]
    fn nothing_was_written_in_the_future_or_before_the_network() {
        let demo = demo();
        let now = Timestamp::from_millis(1_780_000_000_000);
        for post in &demo.posts {
            let at = post.created_at.unwrap();
            assert!(at <= now && at >= ago(now, 735), "{}", post.title);
        }
    }
}
