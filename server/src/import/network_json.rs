//! `network.json`: members, spaces, plans, events, posts with comments, and courses with lessons and progress.

// Each item is parsed for the one function that consumes it.
#![allow(clippy::needless_pass_by_value)]

use latchkey_domain::content::{
    AvatarUrl, CurrencyError, RichText, Title, UnknownInterval, UnknownVisibility,
};
use latchkey_domain::{Email, MemberName, Slug, Timestamp};
use latchkey_storage::content::{
    Community, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson, NewMembershipPlan, NewProfile,
    NewReply, NewSpace,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{body, in_words, role};
use super::record::{Place, Source};
use super::{Fault, Import, Lines};

/// The maximum length of unformatted text: descriptions, places.
const PLAIN_LIMIT: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(borrow, default)]
    members: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    spaces: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    plans: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    posts: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    courses: Vec<&'a RawValue>,
}

/// Reads everything.
pub(super) fn read(text: &str, now: Timestamp) -> Import {
    let mut import = Import {
        community: Community::default(),
        lines: Lines::default(),
        complete: false,
        faults: Vec::new(),
    };
    let file: File<'_> = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            import.faults.push(Fault::new(error.line().max(1), message));
            return import;
        }
    };
    let source = Source::new(text, now);
    let (community, lines) = (&mut import.community, &mut import.lines);
    (community.members, lines.members) = each(&source, &file.members, member);
    (community.spaces, lines.spaces) = each(&source, &file.spaces, space);
    (community.plans, lines.plans) = each(&source, &file.plans, plan);
    (community.events, lines.events) = each(&source, &file.events, event);
    let (posts, at) = each(&source, &file.posts, |place, item| post(&source, place, item));
    (community.posts, lines.comments) = posts.into_iter().unzip();
    lines.posts = at;
    (community.courses, lines.courses) =
        each(&source, &file.courses, |place, item| course(&source, place, item));
    import.complete = lines.members.len() == file.members.len() && lines.spaces.len() == file.spaces.len();
    import.faults = source.into_faults();
    import
}

/// The valid items and the lines where they start.
fn each<'a, 's, J: Deserialize<'a>, T>(
    source: &'s Source<'a>,
    items: &[&'a RawValue],
    convert: impl Fn(Place<'s, 'a>, J) -> Option<T>,
) -> (Vec<T>, Vec<usize>) {
    items
        .iter()
        .filter_map(|raw| {
            let (item, place) = source.record::<J>(raw)?;
            Some((convert(place, item)?, place.line()))
        })
        .unzip()
}

fn title(place: Place<'_, '_>, field: &str, text: &str) -> Option<Title> {
    place.check(field, Title::parse(text).map_err(in_words))
}

fn email(place: Place<'_, '_>, field: &str, text: &str) -> Option<Email> {
    place.check(field, text.parse::<Email>().map_err(in_words))
}

fn emails(place: Place<'_, '_>, field: &str, texts: &[String]) -> Option<Vec<Email>> {
    // Checks all of them, so that all errors are found.
    let emails: Vec<_> = texts.iter().map(|text| email(place, field, text)).collect();
    emails.into_iter().collect()
}

fn slug(place: Place<'_, '_>, field: &str, text: &str) -> Option<Slug> {
    place.check(field, text.parse::<Slug>().map_err(in_words))
}

/// An optional value. The outer option: whether it is valid.
// Being valid and being present are separate questions.
#[allow(clippy::option_option)]
fn optional<T>(text: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    text.map_or(Some(None), |text| read(text).map(Some))
}

fn plain(place: Place<'_, '_>, field: &str, text: String) -> Option<String> {
    let length = text.chars().count();
    let checked = if length > PLAIN_LIMIT {
        Err(format!(
            "can have at most {PLAIN_LIMIT} characters; this has {length}"
        ))
    } else {
        Ok(text)
    };
    place.check(field, checked)
}

fn rich(place: Place<'_, '_>, field: &str, text: &str) -> Option<RichText> {
    place.check(field, body(text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberJson {
    email: String,
    name: String,
    role: Option<String>,
    joined_at: Option<String>,
    last_active_at: Option<String>,
    avatar_url: Option<String>,
}

fn member(place: Place<'_, '_>, item: MemberJson) -> Option<NewProfile> {
    let email = email(place, "email", &item.email);
    let name = place.check("name", MemberName::parse(&item.name).map_err(in_words));
    let role = place.check("role", role(item.role.as_deref()));
    let joined_at = place.past("joined_at", item.joined_at.as_deref());
    let last_active_at = place.past("last_active_at", item.last_active_at.as_deref());
    let avatar_url = optional(item.avatar_url.as_deref(), |url| {
        place.check("avatar_url", AvatarUrl::parse(url).map_err(in_words))
    });
    Some(NewProfile {
        email: email?,
        name: name?,
        role: role?,
        joined_at: joined_at?,
        last_active_at: last_active_at?,
        avatar_url: avatar_url?,
        password: None,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceJson {
    slug: String,
    name: String,
    #[serde(default)]
    description: String,
    visibility: Option<String>,
    created_at: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

fn space(place: Place<'_, '_>, item: SpaceJson) -> Option<NewSpace> {
    let slug = slug(place, "slug", &item.slug);
    let name = title(place, "name", &item.name);
    let description = plain(place, "description", item.description);
    let visibility = item.visibility.as_deref().unwrap_or("public");
    let visibility = place.check(
        "visibility",
        visibility
            .parse()
            .map_err(|error: UnknownVisibility| in_words(error)),
    );
    let created_at = place.past("created_at", item.created_at.as_deref());
    let members = emails(place, "members", &item.members);
    Some(NewSpace {
        slug: slug?,
        name: name?,
        description: description?,
        visibility: visibility?,
        created_at: created_at?,
        members: members?,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanJson {
    name: String,
    #[serde(default)]
    description: String,
    price_cents: u32,
    currency: String,
    interval: String,
    created_at: Option<String>,
}

fn plan(place: Place<'_, '_>, item: PlanJson) -> Option<NewMembershipPlan> {
    let name = title(place, "name", &item.name);
    let description = plain(place, "description", item.description);
    let currency = place.check(
        "currency",
        item.currency
            .parse()
            .map_err(|error: CurrencyError| in_words(error)),
    );
    let interval = place.check(
        "interval",
        item.interval
            .parse()
            .map_err(|error: UnknownInterval| in_words(error)),
    );
    let created_at = place.past("created_at", item.created_at.as_deref());
    Some(NewMembershipPlan {
        name: name?,
        description: description?,
        price_cents: item.price_cents,
        currency: currency?,
        interval: interval?,
        created_at: created_at?,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventJson {
    title: String,
    description: String,
    space: Option<String>,
    organizer: Option<String>,
    location: Option<String>,
    starts_at: String,
    ends_at: String,
    created_at: Option<String>,
}

fn event(place: Place<'_, '_>, item: EventJson) -> Option<NewEvent> {
    let name = title(place, "title", &item.title);
    let description = rich(place, "description", &item.description);
    let space = optional(item.space.as_deref(), |text| slug(place, "space", text));
    let organizer = optional(item.organizer.as_deref(), |text| email(place, "organizer", text));
    let location = item
        .location
        .map_or(Some(None), |text| plain(place, "location", text).map(Some));
    let starts_at = place.time("starts_at", &item.starts_at);
    let ends_at = place.time("ends_at", &item.ends_at);
    let ends_at = match (starts_at, ends_at) {
        (Some(start), Some(end)) if end < start => {
            place.check("ends_at", Err("is before starts_at".to_owned()))
        }
        (_, end) => end,
    };
    let created_at = place.past("created_at", item.created_at.as_deref());
    Some(NewEvent {
        space: space?,
        organizer: organizer?,
        title: name?,
        description: description?,
        location: location?,
        starts_at: starts_at?,
        ends_at: ends_at?,
        created_at: created_at?,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostJson<'a> {
    space: String,
    author: Option<String>,
    title: String,
    body: String,
    created_at: Option<String>,
    #[serde(borrow, default)]
    comments: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentJson {
    author: Option<String>,
    body: String,
    created_at: Option<String>,
}

fn post<'a>(
    source: &Source<'a>,
    place: Place<'_, 'a>,
    item: PostJson<'a>,
) -> Option<(NewCommunityPost, Vec<usize>)> {
    let space = slug(place, "space", &item.space);
    let author = optional(item.author.as_deref(), |text| email(place, "author", text));
    let name = title(place, "title", &item.title);
    let body = rich(place, "body", &item.body);
    let created_at = place.past("created_at", item.created_at.as_deref());
    let (comments, lines) = each(source, &item.comments, comment);
    let post = NewCommunityPost {
        space: space?,
        author: author?,
        title: name?,
        body: body?,
        created_at: created_at?,
        comments,
    };
    Some((post, lines))
}

fn comment(place: Place<'_, '_>, item: CommentJson) -> Option<NewReply> {
    let author = optional(item.author.as_deref(), |text| email(place, "author", text));
    let body = rich(place, "body", &item.body);
    let created_at = place.past("created_at", item.created_at.as_deref());
    Some(NewReply {
        author: author?,
        body: body?,
        created_at: created_at?,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseJson<'a> {
    slug: String,
    title: String,
    #[serde(default)]
    description: String,
    created_at: Option<String>,
    #[serde(borrow, default)]
    lessons: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    enrolments: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LessonJson {
    title: String,
    body: String,
    #[serde(default)]
    minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolmentJson {
    member: String,
    enrolled_at: Option<String>,
    #[serde(default)]
    completed: Vec<String>,
}

fn course<'a>(source: &Source<'a>, place: Place<'_, 'a>, item: CourseJson<'a>) -> Option<NewCourse> {
    let slug = slug(place, "slug", &item.slug);
    let name = title(place, "title", &item.title);
    let description = plain(place, "description", item.description);
    let created_at = place.past("created_at", item.created_at.as_deref());
    let (lessons, _) = each(source, &item.lessons, |place, item: LessonJson| {
        let (name, body) = (
            title(place, "title", &item.title),
            rich(place, "body", &item.body),
        );
        Some(NewLesson {
            title: name?,
            body: body?,
            minutes: item.minutes,
        })
    });
    let count = item.lessons.len();
    let (enrolments, _) = each(source, &item.enrolments, |place, item| {
        enrolment(place, item, count)
    });
    Some(NewCourse {
        slug: slug?,
        title: name?,
        description: description?,
        created_at: created_at?,
        lessons,
        enrolments,
    })
}

fn enrolment(place: Place<'_, '_>, item: EnrolmentJson, lessons: usize) -> Option<NewEnrolment> {
    let member = email(place, "member", &item.member);
    let enrolled_at = place.past("enrolled_at", item.enrolled_at.as_deref());
    let completed: Vec<Option<Timestamp>> = item
        .completed
        .iter()
        .map(|text| place.past("completed", Some(text)).flatten())
        .collect();
    if completed.len() > lessons {
        let message = format!("has {} times, and the course {lessons} lessons", completed.len());
        place.check::<()>("completed", Err(message));
    }
    Some(NewEnrolment {
        member: member?,
        enrolled_at: enrolled_at?,
        completed: completed.into_iter().collect::<Option<_>>()?,
    })
}
