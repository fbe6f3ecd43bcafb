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
use super::courses::{COURSES, PLANS};
use super::people::{PEOPLE, email_of};
use super::topics::{COMMENTS, EVENTS, POSTS, TOPICS, Topic};
use super::{DAY, HOST, MEMBER, ago, crowd};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The number of posts and of comments on them.
const POST_COUNT: usize = 800;
const COMMENT_COUNT: usize = 2_500;
const EVENT_COUNT: usize = 60;

/// The whole community. `password` belongs to the two public accounts.
pub(super) fn community(now: Timestamp, password: &PasswordHash) -> Option<Community> {
    let members = members(now, password);
    let mut build = Build {
        now,
        emails: members.iter().map(|member| member.email.clone()).collect(),
        moderators: with_role(&members, Role::Moderator),
        chance: Chance::new(2024),
    };
    Some(Community {
        spaces: TOPICS
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

fn with_role(members: &[NewProfile], role: Role) -> Vec<Email> {
    let those = members
        .iter()
        .filter(|member| member.role == role || member.role.is_host());
    those.map(|member| member.email.clone()).collect()
}

fn members(now: Timestamp, password: &PasswordHash) -> Vec<NewProfile> {
    let mut chance = Chance::new(7);
    let known = PEOPLE
        .iter()
        .map(|(days, role, name)| (*days, *role, (*name).to_owned()));
    let everyone = known
        .chain(crowd::crowd())
        .map(|(days, role, name)| (email_of(&name), days, role, name, None));
    let two = [
        (MEMBER, Role::Member, "Sam Okafor"),
        (HOST, Role::Host, "Robin Hale"),
    ];
    let two = two.map(|(email, role, name)| {
        (
            email.to_owned(),
            730,
            role,
            name.to_owned(),
            Some(password.clone()),
        )
    });
    two.into_iter()
        .chain(everyone)
        .filter_map(|(email, days, role, name, password)| {
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
    let plan = |(name, description, price_cents, interval): &(&str, &str, u32, &str)| {
        Some(NewMembershipPlan {
            name: Title::parse(name).ok()?,
            description: (*description).to_owned(),
            price_cents: *price_cents,
            currency: "EUR".parse().ok()?,
            interval: interval.parse().ok()?,
            created_at: Some(ago(now, 720)),
        })
    };
    PLANS.iter().map(plan).collect()
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
                .filter(|(index, _)| *index < 2 || topic.slug == "welcome" || self.chance.below(3) == 0)
                .map(|(_, email)| email.clone())
                .collect()
        };
        Some(NewSpace {
            slug: topic.slug.parse().ok()?,
            name: Title::parse(topic.name).ok()?,
            description: topic.description.to_owned(),
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
        if topic.slug == "moderators" {
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
        let topic = &TOPICS[index % 10];
        let (title, description, location) = EVENTS[index % EVENTS.len()];
        let thing = topic.things[index % topic.things.len()];
        // One every six days: two thirds are past, one third is to come.
        let day = ago(self.now, 240).plus(DAY * u32::try_from(index * 6).unwrap_or(0));
        let starts_at = midnight(day).plus(HOUR * 18);
        Some(NewEvent {
            space: if index % 5 == 4 {
                None
            } else {
                Some(topic.slug.parse().ok()?)
            },
            organizer: Some(self.author(topic)),
            title: Title::parse(&about(title, thing)).ok()?,
            description: rich(description, thing)?,
            location: Some(location.to_owned()),
            starts_at,
            ends_at: starts_at.plus(HOUR * 2),
            created_at: Some(day.minus(DAY * 21).min(self.now)),
        })
    }

    fn post(&mut self, index: usize) -> Option<NewCommunityPost> {
        let topic = &TOPICS[index % TOPICS.len()];
        let round = index / TOPICS.len();
        let thing = topic.things[round % topic.things.len()];
        let (title, body): (&str, &str) =
            POSTS[(round / topic.things.len() + round % topic.things.len()) % POSTS.len()];
        // From two years ago until this morning, at all hours.
        let minutes = (POST_COUNT - index) * 1_310 + self.chance.below(900);
        let created_at = self.now.minus(Duration::from_secs(minutes as u64 * 60));
        let comments = COMMENT_COUNT * (index + 1) / POST_COUNT - COMMENT_COUNT * index / POST_COUNT;
        let mut replies = Vec::with_capacity(comments);
        for reply in 0..comments {
            let later = Duration::from_secs((reply as u64 * 170 + self.chance.below(150) as u64 + 5) * 60);
            replies.push(NewReply {
                author: Some(self.author(topic)),
                body: rich(COMMENTS[self.chance.below(COMMENTS.len())], thing)?,
                created_at: Some(created_at.plus(later).min(self.now)),
            });
        }
        Some(NewCommunityPost {
            space: topic.slug.parse().ok()?,
            author: Some(self.author(topic)),
            title: Title::parse(&about(title, thing)).ok()?,
            body: rich(body, thing)?,
            created_at: Some(created_at),
            comments: replies,
        })
    }

    fn courses(&mut self) -> Option<Vec<NewCourse>> {
        let mut courses = Vec::with_capacity(COURSES.len());
        for (index, syllabus) in COURSES.iter().enumerate() {
            let lesson = |(title, minutes): &(&str, u32)| {
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
                slug: syllabus.slug.parse().ok()?,
                title: Title::parse(syllabus.title).ok()?,
                description: syllabus.description.to_owned(),
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

fn midnight(at: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(at.as_millis().div_euclid(day) * day)
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
