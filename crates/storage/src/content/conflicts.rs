//! Whether a community fits into what is there: names that are taken, and emails of no member.

use std::collections::HashSet;

use latchkey_domain::{Email, Slug};

use super::{Community, Conflict};

/// Names of each kind that has to be unique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Members.
    pub emails: HashSet<String>,
    /// Slugs of spaces.
    pub spaces: HashSet<String>,
    /// Names of membership plans.
    pub plans: HashSet<String>,
    /// Slugs of courses.
    pub courses: HashSet<String>,
}

impl Names {
    /// All names that `community` mentions, as new or as already there.
    pub fn of(community: &Community) -> Self {
        Self {
            emails: emails(community).map(Email::to_string).collect(),
            spaces: spaces(community).map(Slug::to_string).collect(),
            plans: community.plans.iter().map(|plan| plan.name.to_string()).collect(),
            courses: community
                .courses
                .iter()
                .map(|course| course.slug.to_string())
                .collect(),
        }
    }
}

fn emails(community: &Community) -> impl Iterator<Item = &Email> {
    let members = community.members.iter().map(|member| &member.email);
    let of_spaces = community.spaces.iter().flat_map(|space| &space.members);
    let organizers = community
        .events
        .iter()
        .filter_map(|event| event.organizer.as_ref());
    let authors = community.posts.iter().flat_map(|post| {
        let of_comments = post.comments.iter().filter_map(|comment| comment.author.as_ref());
        post.author.iter().chain(of_comments)
    });
    let learners = community
        .courses
        .iter()
        .flat_map(|course| course.enrolments.iter().map(|enrolment| &enrolment.member));
    members
        .chain(of_spaces)
        .chain(organizers)
        .chain(authors)
        .chain(learners)
}

fn spaces(community: &Community) -> impl Iterator<Item = &Slug> {
    let spaces = community.spaces.iter().map(|space| &space.slug);
    let of_events = community.events.iter().filter_map(|event| event.space.as_ref());
    let of_posts = community.posts.iter().map(|post| &post.space);
    spaces.chain(of_events).chain(of_posts)
}

/// All that keeps `community` from being added, in its order. `names` are those of its names that exist.
pub fn conflicts(community: &Community, mut names: Names) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (index, member) in community.members.iter().enumerate() {
        if !names.emails.insert(member.email.to_string()) {
            found.push(Conflict::EmailTaken(index, member.email.clone()));
        }
    }
    for (index, space) in community.spaces.iter().enumerate() {
        if !names.spaces.insert(space.slug.to_string()) {
            found.push(Conflict::SpaceTaken(index, space.slug.clone()));
        }
        let missing = space.members.iter().filter_map(|email| names.lack(Some(email)));
        found.extend(missing.map(|email| Conflict::SpaceNeedsMember(index, email)));
    }
    for (index, plan) in community.plans.iter().enumerate() {
        if !names.plans.insert(plan.name.to_string()) {
            found.push(Conflict::PlanTaken(index, plan.name.clone()));
        }
    }
    for (index, event) in community.events.iter().enumerate() {
        if let Some(slug) = &event.space
            && !names.spaces.contains(slug.as_str())
        {
            found.push(Conflict::EventNeedsSpace(index, slug.clone()));
        }
        let missing = names.lack(event.organizer.as_ref());
        found.extend(missing.map(|email| Conflict::EventNeedsMember(index, email)));
    }
    for (index, post) in community.posts.iter().enumerate() {
        if !names.spaces.contains(post.space.as_str()) {
            found.push(Conflict::PostNeedsSpace(index, post.space.clone()));
        }
        let missing = names.lack(post.author.as_ref());
        found.extend(missing.map(|email| Conflict::PostNeedsMember(index, None, email)));
        for (place, comment) in post.comments.iter().enumerate() {
            let missing = names.lack(comment.author.as_ref());
            found.extend(missing.map(|email| Conflict::PostNeedsMember(index, Some(place), email)));
        }
    }
    for (index, course) in community.courses.iter().enumerate() {
        if !names.courses.insert(course.slug.to_string()) {
            found.push(Conflict::CourseTaken(index, course.slug.clone()));
        }
        let members = course.enrolments.iter().map(|enrolment| &enrolment.member);
        let missing = members.filter_map(|email| names.lack(Some(email)));
        found.extend(missing.map(|email| Conflict::CourseNeedsMember(index, email)));
    }
    found
}

impl Names {
    /// `email`, if no member has it.
    fn lack(&self, email: Option<&Email>) -> Option<Email> {
        email
            .filter(|email| !self.emails.contains(email.as_str()))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::content::{BillingInterval, RichText, Title};
    use latchkey_domain::{MemberName, Role, Timestamp};

    use super::*;
    use crate::content::{NewCourse, NewEnrolment, NewEvent, NewMembershipPlan, NewProfile};

    fn community() -> Community {
        let at = Timestamp::from_millis(0);
        let plan = NewMembershipPlan {
            name: Title::parse("Gold").unwrap(),
            description: String::new(),
            price_cents: 0,
            currency: "EUR".parse().unwrap(),
            interval: BillingInterval::Month,
            created_at: None,
        };
        Community {
            members: vec![NewProfile {
                email: "ada@b.example".parse().unwrap(),
                name: MemberName::parse("Ada").unwrap(),
                role: Role::Member,
                joined_at: None,
                last_active_at: None,
                avatar_url: None,
                password: None,
            }],
            events: vec![NewEvent {
                space: Some("attic".parse().unwrap()),
                organizer: Some("eve@b.example".parse().unwrap()),
                title: Title::parse("Party").unwrap(),
                description: RichText::kept(String::new(), String::new()),
                location: None,
                starts_at: at,
                ends_at: at,
                created_at: None,
            }],
            plans: vec![plan.clone(), plan],
            courses: vec![NewCourse {
                slug: "beans".parse().unwrap(),
                title: Title::parse("Beans").unwrap(),
                description: String::new(),
                created_at: None,
                lessons: Vec::new(),
                enrolments: ["ada@b.example", "bob@b.example"]
                    .map(|email| NewEnrolment {
                        member: email.parse().unwrap(),
                        enrolled_at: None,
                        completed: Vec::new(),
                    })
                    .into(),
            }],
            ..Community::default()
        }
    }

    fn set(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_name_is_looked_for() {
        let expected = Names {
            emails: set(&["ada@b.example", "bob@b.example", "eve@b.example"]),
            spaces: set(&["attic"]),
            plans: set(&["Gold"]),
            courses: set(&["beans"]),
        };
        assert_eq!(Names::of(&community()), expected);
    }

    #[test]
    fn what_is_taken_and_what_is_missing_is_named_in_order() {
        let bob: Email = "bob@b.example".parse().unwrap();
        let alone = [
            Conflict::PlanTaken(1, Title::parse("Gold").unwrap()),
            Conflict::EventNeedsSpace(0, "attic".parse().unwrap()),
            Conflict::EventNeedsMember(0, "eve@b.example".parse().unwrap()),
            Conflict::CourseNeedsMember(0, bob.clone()),
        ];
        assert_eq!(conflicts(&community(), Names::default()), alone);
        let there = Names {
            emails: set(&["ada@b.example", "eve@b.example"]),
            spaces: set(&["attic"]),
            courses: set(&["beans"]),
            ..Names::default()
        };
        let among_others = [
            Conflict::EmailTaken(0, "ada@b.example".parse().unwrap()),
            Conflict::PlanTaken(1, Title::parse("Gold").unwrap()),
            Conflict::CourseTaken(0, "beans".parse().unwrap()),
            Conflict::CourseNeedsMember(0, bob),
        ];
        assert_eq!(conflicts(&community(), there), among_others);
    }
}
