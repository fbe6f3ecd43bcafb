//! TLS to a real server, with certificates that are made here.

use std::path::PathBuf;

use latchkey_storage::{Networks, Store};
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use latchkey_testing::postgres::{AtPort, PrivateServer};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P384_SHA384};
use tempfile::TempDir;

use crate::backend::key;

const PASSWORD: &str = "correct-horse";

/// A certificate authority.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate of that name and for those hosts, and its key.
    fn sign(&self, name: &str, hosts: &[&str]) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = named(name, hosts).signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A server that speaks TLS, or does not, and the files that clients have.
struct Fixture {
    server: PrivateServer,
    authority: Authority,
    files: TempDir,
    database: String,
}

impl Fixture {
    /// With a certificate of an authority, for the host `localhost`.
    fn new() -> Self {
        let authority = Authority::new("Here");
        let (certificate, key) = authority.sign("server", &["localhost"]);
        Self::with(authority, certificate, key)
    }

    fn with(authority: Authority, certificate: String, key: String) -> Self {
        let how = AtPort::Tls {
            certificate,
            key,
            clients: authority.certificate.clone(),
        };
        Self::on(PrivateServer::start_at_port(&how), authority)
    }

    fn on(server: PrivateServer, authority: Authority) -> Self {
        let database = server.database();
        Self {
            server,
            authority,
            files: tempfile::tempdir().unwrap(),
            database,
        }
    }

    /// A file with that in it.
    fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// The file with the authority's certificate.
    fn root(&self) -> String {
        let path = self.file("root.crt", &self.authority.certificate);
        path.to_str().unwrap().replace('/', "%2F")
    }

    fn url(&self, user: &str, host: &str, parameters: &str) -> PostgresUrl {
        let url = self.server.over_tcp(&self.database, user, host);
        format!("{url}{parameters}").parse().unwrap()
    }

    async fn open(&self, host: &str, parameters: &str) -> Result<PostgresStore, String> {
        open(&self.url("latchkey", host, parameters)).await
    }

    /// What the server says of the connections of that application: whether they are encrypted.
    async fn is_encrypted(&self, application: &str) -> Vec<bool> {
        let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let sql = "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = $1";
        let rows = client.query(sql, &[&application]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn say(&self, sql: &str) {
        let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    }
}

async fn open(url: &PostgresUrl) -> Result<PostgresStore, String> {
    let outcome = PostgresStore::open(url, key()).await;
    outcome.map_err(|error| {
        let words = error.to_string();
        assert!(!words.contains('\n') && !words.contains(PASSWORD), "{words}");
        words
    })
}

#[tokio::test]
async fn what_is_asked_for_is_spoken() {
    let fixture = Fixture::new();
    for (number, (parameters, encrypted)) in [
        ("", true),
        ("&sslmode=prefer", true),
        ("&sslmode=require", true),
        ("&sslmode=disable", false),
        (
            &*format!("&sslmode=verify-full&sslrootcert={}", fixture.root()),
            true,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("node{number}");
        let parameters = format!("?application_name={name}{parameters}");
        let store = fixture.open("localhost", &parameters).await.unwrap();
        store.ping().await.unwrap();
        store.network().await.unwrap();
        assert_eq!(fixture.is_encrypted(&name).await, [encrypted], "{parameters}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_spoken_to_if_nobody_insists() {
    let fixture = Fixture::on(
        PrivateServer::start_at_port(&AtPort::Plain),
        Authority::new("Here"),
    );
    for parameters in ["", "?sslmode=prefer", "?sslmode=disable"] {
        fixture.open("localhost", parameters).await.unwrap();
    }
    let verified = format!("?sslmode=verify-full&sslrootcert={}", fixture.root());
    for parameters in ["?sslmode=require", &verified] {
        let words = fixture.open("localhost", parameters).await.unwrap_err();
        assert!(words.contains("the server does not speak TLS"), "{words}");
        assert!(
            words.starts_with("no TLS with PostgreSQL at postgres://latchkey@localhost:"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn who_the_server_is_is_verified() {
    let fixture = Fixture::new();
    let root = fixture.root();
    let stranger = fixture.file("stranger.crt", &Authority::new("Elsewhere").certificate);
    let stranger = stranger.to_str().unwrap().replace('/', "%2F");
    for (host, mode, root, expected) in [
        ("localhost", "verify-full", &root, None),
        (
            "localhost",
            "verify-full",
            &stranger,
            Some("not signed by a trusted authority"),
        ),
        (
            "localhost",
            "verify-ca",
            &stranger,
            Some("not signed by a trusted authority"),
        ),
        (
            "localhost",
            "require",
            &stranger,
            Some("not signed by a trusted authority"),
        ),
        (
            "127.0.0.1",
            "verify-full",
            &root,
            Some("is of another host than the one in the URL"),
        ),
        ("127.0.0.1", "verify-ca", &root, None),
        ("127.0.0.1", "require", &root, None),
    ] {
        let parameters = format!("?sslmode={mode}&sslrootcert={root}");
        let outcome = fixture.open(host, &parameters).await;
        match expected {
            None => outcome.unwrap().ping().await.unwrap(),
            Some(part) => {
                let words = outcome.map(|_| ()).unwrap_err();
                assert!(words.contains(part), "{host} {mode}: {words}");
            }
        }
    }
    // The system trusts no certificate that was made here.
    let words = fixture
        .open("localhost", "?sslmode=verify-full")
        .await
        .unwrap_err();
    let known = [
        "not signed by a trusted authority",
        "no certificates on this system",
    ];
    assert!(known.iter().any(|part| words.contains(part)), "{words}");
}

#[tokio::test]
async fn a_certificate_that_the_server_made_itself_can_be_the_root() {
    let key = KeyPair::generate().unwrap();
    // As `openssl req -x509` makes it: one that could sign others.
    let mut params = named("server", &["localhost"]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = params.self_signed(&key).unwrap().pem();
    let fixture = Fixture::with(Authority::new("Clients"), own.clone(), key.serialize_pem());
    let file = fixture.file("server.crt", &own);
    let root = file.to_str().unwrap().replace('/', "%2F");
    let parameters = format!("?sslmode=verify-full&sslrootcert={root}");
    fixture.open("localhost", &parameters).await.unwrap();
    let words = fixture.open("127.0.0.1", &parameters).await.unwrap_err();
    assert!(words.contains("is of another host"), "{words}");
}

#[tokio::test]
async fn a_password_is_proved_to_this_very_server() {
    let authority = Authority::new("Here");
    let (certificate, key) = authority.sign("server", &["localhost"]);
    let other_key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let other = named("server", &["localhost"]).self_signed(&other_key).unwrap();
    for (certificate, key) in [(certificate, key), (other.pem(), other_key.serialize_pem())] {
        let fixture = Fixture::with(Authority::new("Here"), certificate, key);
        fixture
            .say(&format!(
                "CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'; ALTER DATABASE test_1 OWNER TO guarded"
            ))
            .await;
        let user = format!("guarded:{PASSWORD}");
        let url = fixture.url(&user, "localhost", "?sslmode=require&channel_binding=require");
        open(&url).await.unwrap().ping().await.unwrap();
        let url = fixture.url(
            "guarded:wrong",
            "localhost",
            "?sslmode=require&channel_binding=require",
        );
        let words = open(&url).await.unwrap_err();
        assert!(words.contains("rejects the login"), "{words}");
        // Without TLS there is nothing to bind to, and who insists does not get in.
        let url = fixture.url(&user, "localhost", "?sslmode=disable&channel_binding=require");
        let words = open(&url).await.unwrap_err();
        assert!(words.contains("channel binding"), "{words}");
    }
}

#[tokio::test]
async fn a_node_can_show_a_certificate_of_its_own() {
    let fixture = Fixture::new();
    fixture
        .say("CREATE ROLE certified LOGIN; ALTER DATABASE test_1 OWNER TO certified")
        .await;
    let files = |(certificate, key): (String, String)| {
        let paths = [("own.crt", certificate), ("own.key", key)].map(|(name, contents)| {
            let path = fixture.file(name, &contents);
            path.to_str().unwrap().replace('/', "%2F")
        });
        format!("&sslcert={}&sslkey={}", paths[0], paths[1])
    };
    let own = files(fixture.authority.sign("certified", &[]));
    let url = fixture.url("certified", "localhost", &format!("?sslmode=require{own}"));
    open(&url).await.unwrap().ping().await.unwrap();
    let url = fixture.url("certified", "localhost", "?sslmode=require");
    let words = open(&url).await.unwrap_err();
    assert!(words.contains("certificate"), "{words}");
    // A certificate and the key of another one.
    let (certificate, _) = fixture.authority.sign("certified", &[]);
    let (_, key) = fixture.authority.sign("certified", &[]);
    let mixed = files((certificate, key));
    let url = fixture.url("certified", "localhost", &format!("?sslmode=require{mixed}"));
    let words = open(&url).await.unwrap_err();
    assert!(
        words.contains("sslcert and sslkey name cannot be used"),
        "{words}"
    );
}
