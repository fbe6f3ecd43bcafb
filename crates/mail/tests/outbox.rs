//! The queue against a real mail server, on both databases.

use std::sync::Arc;
use std::time::Duration;

use latchkey_accounts::{AccountError, Cost, NewMember, Passwords, Roster, SignInLinks};
use latchkey_domain::{Actor, Clock, Member, MemberName, MembersQuery, Page, PageRequest, Role, Timestamp};
use latchkey_mail::{CLAIM, MailServer, Mailing, Outbox, Patience, Place, Reached};
use latchkey_storage::mails::{MAILS_PER_HOUR, TRIED_FOR};
use latchkey_storage::{Claim, MailOutcome, Store};
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::hand::{HandClock, SeededRandomness};
use latchkey_testing::mail_server::{Setup, TestMailServer};
use tempfile::TempDir;

struct World {
    store: Arc<dyn Store>,
    clock: Arc<HandClock>,
    randomness: Arc<SeededRandomness>,
    roster: Roster,
    links: SignInLinks,
    _folder: Option<TempDir>,
}

impl World {
    async fn of_each_kind() -> [Self; 2] {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Arc::new(SqliteStore::open_folder(folder.path()).unwrap()).shared();
        let url = latchkey_testing::postgres::database().parse().unwrap();
        let postgres = PostgresStore::open(&url, ServerKey::from_bytes([7; 32]))
            .await
            .unwrap();
        [
            Self::over(sqlite, Some(folder)),
            Self::over(Arc::new(postgres).shared(), None),
        ]
    }

    fn over(store: Arc<dyn Store>, folder: Option<TempDir>) -> Self {
        let clock = Arc::new(HandClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let randomness = Arc::new(SeededRandomness::default());
        let passwords = Passwords::new(Cost::TRIFLING, randomness.clone());
        Self {
            roster: Roster::new(store.clone(), clock.clone(), passwords.clone()),
            links: SignInLinks::new(store.clone(), clock.clone(), randomness.clone(), passwords),
            store,
            clock,
            randomness,
            _folder: folder,
        }
    }

    async fn member(&self, email: &str) -> Member {
        let new = NewMember {
            email: email.parse().unwrap(),
            name: MemberName::parse("Ada Lovelace").unwrap(),
            role: Role::Member,
            password: None,
        };
        self.roster.add(new, &Actor::operator()).await.unwrap()
    }

    fn outbox(&self, port: u16) -> Outbox {
        let address = format!("smtp://127.0.0.1:{port}").parse().unwrap();
        let patience = Patience {
            step: Duration::from_millis(500),
            whole: Duration::from_secs(2),
        };
        let server = MailServer::new(address, None, "club.example", patience).unwrap();
        Outbox::new(
            self.store.clone(),
            self.clock.clone(),
            self.randomness.clone(),
            self.links.clone(),
            (server, "members@club.example".parse().unwrap()),
            Place {
                origin: "https://club.example".into(),
                link: "/sign-in/link",
                email: "/account/email",
                account: "/sign-in/link-account",
                sessions: "/account/sessions",
            },
        )
    }

    fn mailing(&self, outbox: &Outbox) -> Mailing {
        Mailing::new(self.store.clone(), self.clock.clone(), Some(outbox.clone()))
    }

    async fn listed(&self) -> Page<latchkey_domain::ListedMember> {
        self.roster
            .page(MembersQuery::default(), PageRequest::new(1, 50))
            .await
            .unwrap()
    }
}

/// The states of the queue: waiting, sent, failed.
async fn counts(mailing: &Mailing) -> (u64, u64, u64) {
    let (counts, _) = mailing.state(10).await.unwrap();
    (counts.waiting, counts.sent, counts.failed)
}

#[tokio::test]
async fn an_invitation_brings_a_link_that_works_and_verifies_the_address() {
    let server = TestMailServer::start(&Setup::default());
    for (index, world) in World::of_each_kind().await.into_iter().enumerate() {
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        let ada = world.member("ada@example.com").await;
        let by = Actor::operator();
        assert_eq!(mailing.invite_all(false, &by).await.unwrap(), 1);
        // One waits: there is no second.
        assert_eq!(mailing.invite(std::slice::from_ref(&ada), &by).await.unwrap(), 0);
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Server));
        assert_eq!(outbox.send_next().await.unwrap(), None);
        let mails = server.mails(index + 1);
        let mail = &mails[index];
        assert_eq!(mail.to, "ada@example.com");
        assert!(mail.text().contains("Hello Ada,"), "{}", mail.raw);
        let link = mail.link();
        let token = link
            .strip_prefix("https://club.example/sign-in/link?token=")
            .unwrap();
        let token = latchkey_accounts::LinkToken::parse(token).unwrap();
        assert!(!world.listed().await.items[0].member.email_verified);
        let password = latchkey_domain::member::NewPassword::new("a river in the hills".into()).unwrap();
        world.links.choose_password(&token, &password, &by).await.unwrap();
        let listed = &world.listed().await.items[0];
        assert!(listed.member.email_verified && listed.can_sign_in);
        assert_eq!(counts(&mailing).await, (0, 1, 0));
        // A link from a host verifies nothing.
        let bob = world.member("bob@example.com").await;
        let made = world.links.invite(vec![bob], &by).await.unwrap();
        world
            .links
            .choose_password(&made[0].token, &password, &by)
            .await
            .unwrap();
        assert!(!world.listed().await.items[1].member.email_verified);
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_fails_and_is_tried_again_on_request() {
    let server = TestMailServer::start(&Setup::default());
    for world in World::of_each_kind().await {
        server.tell("refuse");
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        world.member("ada@example.com").await;
        mailing.invite_all(false, &Actor::operator()).await.unwrap();
        outbox.send_next().await.unwrap();
        assert_eq!(outbox.send_next().await.unwrap(), None);
        assert_eq!(counts(&mailing).await, (0, 0, 1));
        let (_, failed) = mailing.state(10).await.unwrap();
        assert!(failed[0].answer.contains("No such mailbox"), "{failed:?}");
        server.tell("accept");
        let before = server.taken();
        assert_eq!(mailing.retry(&Actor::operator()).await.unwrap(), 1);
        outbox.send_next().await.unwrap();
        server.mails(before + 1);
        assert_eq!(counts(&mailing).await, (0, 1, 0));
    }
}

#[tokio::test]
async fn greylisting_is_waited_for() {
    let server = TestMailServer::start(&Setup::default());
    for (index, world) in World::of_each_kind().await.into_iter().enumerate() {
        server.tell("greylist");
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        world.member(&format!("ada{index}@example.com")).await;
        mailing.invite_all(false, &Actor::operator()).await.unwrap();
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Server));
        assert_eq!(outbox.send_next().await.unwrap(), None, "not at once");
        assert_eq!(counts(&mailing).await, (1, 0, 0));
        world.clock.advance(Duration::from_secs(60));
        outbox.send_next().await.unwrap();
        assert_eq!(counts(&mailing).await, (0, 1, 0));
    }
}

#[tokio::test]
async fn what_is_refused_for_two_days_fails() {
    let server = TestMailServer::start(&Setup::default());
    server.tell("busy");
    for world in World::of_each_kind().await {
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        world.member("ada@example.com").await;
        mailing.invite_all(false, &Actor::operator()).await.unwrap();
        let start = world.clock.now();
        let mut attempts = 0;
        while counts(&mailing).await.2 == 0 {
            assert!(world.clock.now().since(start) < TRIED_FOR * 2);
            attempts += u32::from(outbox.send_next().await.unwrap().is_some());
            world.clock.advance(Duration::from_secs(10 * 60));
        }
        assert!((10..30).contains(&attempts), "{attempts}");
        assert!(world.clock.now().since(start) >= TRIED_FOR);
    }
}

#[tokio::test]
async fn nothing_is_lost_while_the_server_is_away_or_hangs() {
    for world in World::of_each_kind().await {
        let server = TestMailServer::start(&Setup::default());
        let port = server.port();
        let outbox = world.outbox(port);
        let mailing = world.mailing(&outbox);
        world.member("ada@example.com").await;
        mailing.invite_all(false, &Actor::operator()).await.unwrap();
        server.tell("hang");
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Nobody));
        drop(server);
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Nobody));
        assert_eq!(counts(&mailing).await, (1, 0, 0));
        let server = TestMailServer::start(&Setup {
            port: Some(port),
            ..Setup::default()
        });
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Server));
        assert_eq!(server.mails(1).len(), 1);
    }
}

#[tokio::test]
async fn a_sender_that_stopped_leaves_its_mail_to_another() {
    let server = TestMailServer::start(&Setup::default());
    for world in World::of_each_kind().await {
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        world.member("ada@example.com").await;
        mailing.invite_all(false, &Actor::operator()).await.unwrap();
        let now = world.clock.now();
        let stopped = world
            .store
            .claim_mail(Claim([9; 16]), now, now.plus(CLAIM))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(outbox.send_next().await.unwrap(), None, "it is being sent");
        world.clock.advance(CLAIM);
        let before = server.taken();
        assert_eq!(outbox.send_next().await.unwrap(), Some(Reached::Server));
        server.mails(before + 1);
        // It was slow, not dead: what it says now changes nothing.
        let late = MailOutcome::Failed("late".into());
        world
            .store
            .settle_mail(stopped.id, stopped.claim, late, world.clock.now())
            .await
            .unwrap();
        assert_eq!(counts(&mailing).await, (0, 1, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_send_each_mail_once() {
    let server = TestMailServer::start(&Setup::default());
    let mut sent = 0;
    for world in World::of_each_kind().await {
        let outbox = world.outbox(server.port());
        for number in 0..40 {
            world.member(&format!("m{number}@example.com")).await;
        }
        world
            .mailing(&outbox)
            .invite_all(false, &Actor::operator())
            .await
            .unwrap();
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let outbox = world.outbox(server.port());
            senders.spawn(async move { while outbox.send_next().await.unwrap().is_some() {} });
        }
        senders.join_all().await;
        let mails = server.mails(sent + 40);
        let mut to: Vec<_> = mails[sent..].iter().map(|mail| mail.to.clone()).collect();
        sent = mails.len();
        to.sort();
        to.dedup();
        assert_eq!(
            (to.len(), counts(&world.mailing(&outbox)).await),
            (40, (0, 40, 0))
        );
    }
}

#[tokio::test]
async fn nobody_gets_many_mails_and_strangers_and_the_suspended_none() {
    let server = TestMailServer::start(&Setup::default());
    for world in World::of_each_kind().await {
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        let by = Actor::operator();
        let ada = world.member("ada@example.com").await;
        let before = server.taken();
        for round in 0..8 {
            let queued = mailing.invite(std::slice::from_ref(&ada), &by).await.unwrap();
            assert_eq!(queued, u64::from(round < MAILS_PER_HOUR), "{round}");
            while outbox.send_next().await.unwrap().is_some() {}
        }
        assert_eq!(server.mails(before + 5).len(), before + 5);
        world.clock.advance(Duration::from_secs(60 * 60));
        assert_eq!(mailing.invite(std::slice::from_ref(&ada), &by).await.unwrap(), 1);

        // Suspended while it waits: it is not sent.
        let suspended = world.roster.set_suspended(&ada.email, true, &by).await.unwrap();
        outbox.send_next().await.unwrap();
        assert_eq!(counts(&mailing).await.2, 1);
        let refused = mailing.invite(&[suspended], &by).await;
        assert!(matches!(refused, Err(AccountError::MemberSuspended(_))));
        for email in ["ada@example.com", "nobody@example.com"] {
            mailing.forgot(email.parse().unwrap(), None).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(outbox.send_next().await.unwrap(), None);
        assert_eq!(server.taken(), before + 5);
        // Removed while it waits: the mail goes with the member.
        let bob = world.member("bob@example.com").await;
        mailing.invite(std::slice::from_ref(&bob), &by).await.unwrap();
        world.roster.remove(&bob.email, &by).await.unwrap();
        assert_eq!(outbox.send_next().await.unwrap(), None);
    }
}

#[tokio::test]
async fn who_asks_often_for_a_new_password_has_to_wait() {
    let server = TestMailServer::start(&Setup::default());
    for world in World::of_each_kind().await {
        let outbox = world.outbox(server.port());
        let mailing = world.mailing(&outbox);
        let from = Some([192, 0, 2, 1].into());
        let forgot =
            |number: u32, from| mailing.forgot(format!("m{number}@example.com").parse().unwrap(), from);
        for number in 0..10 {
            forgot(number, from).unwrap();
        }
        assert!(matches!(forgot(10, from), Err(AccountError::TryLater { .. })));
        // Nobody else waits.
        forgot(10, Some([192, 0, 2, 2].into())).unwrap();
        world.clock.advance(Duration::from_secs(6 * 60));
        forgot(10, from).unwrap();
    }
}
