//! Hostile next links, as a table: none may be followed.
//!
//! Adds to the table only, never takes away: each line is a way somebody could ask for the token.

use super::*;

const REQUEST: &str = "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?$select=id";

fn request() -> Url {
    Url::parse(REQUEST).unwrap()
}

/// Authorities that are not `graph.microsoft.com` with the default port.
const AUTHORITIES: &[&str] = &[
    "evil.example",
    "graph.microsoft.com.evil.example",
    "evil.example:443",
    "graph.microsoft.com:8443",
    "graph.microsoft.com:80",
    "graph.microsoft.co",
    "graph.microsoft.con",
    "graph-microsoft.com",
    "xgraph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "login.microsoftonline.com",
    "graph.windows.net",
    "microsoft.com",
    "www.graph.microsoft.com",
    "graph.microsoft.com.",
    "graph.microsoft.com..",
    ".graph.microsoft.com",
    "graph..microsoft.com",
    "127.0.0.1",
    "localhost",
    "[::1]",
    "169.254.169.254",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "[::ffff:169.254.169.254]",
    "10.0.0.1",
    "metadata.google.internal",
    "graph.microsoft.com@evil.example",
    "graph.microsoft.com:443@evil.example",
    "evil.example@graph.microsoft.com",
    "user:pass@graph.microsoft.com",
    "@graph.microsoft.com",
    ":@graph.microsoft.com",
    "%40graph.microsoft.com",
    "graph.microsoft.com%2eevil.example",
    "graph.microsoft.com%00.evil.example",
    "graph.microsoft.com%0a",
    "graph.microsoft.com%2fevil",
    "evil.example%23graph.microsoft.com",
    "evil.example%3fgraph.microsoft.com",
    "graph.microsoft.com:0",
    "graph.microsoft.com:65536",
    "graph.microsoft.com:443:443",
    "graph.microsoft.com:4430",
    "graph.microsoft.com:-443",
    "graph.microsoft.com:+443",
    "gr%61ph.microsoft.com.x",
    "xn--graph-.microsoft.com",
    "graph.microsoft.com,evil.example",
    "graph.microsoft.com;evil.example",
    "graph.microsoft.com&evil.example",
    "graph.microsoft.com=evil.example",
    "graph_microsoft.com",
    "graph.microsoft.com!evil.example",
    "*.microsoft.com",
    "graph.microsoft.com'evil",
];

/// Paths that are another collection, although some servers or parsers would resolve them.
const PATHS: &[&str] = &[
    "",
    "/",
    "/v1.0",
    "/v1.0/",
    "/v1.0/users",
    "/v1.0/groups",
    "/v1.0/groups/3f",
    "/v1.0/groups/3f/members",
    "/v1.0/groups/4f/transitiveMembers",
    "/beta/groups/3f/transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers/",
    "/v1.0/groups/3f/transitiveMembers/$count",
    "/v1.0/groups/3f/transitiveMembers/x",
    "//v1.0/groups/3f/transitiveMembers",
    "/v1.0//groups/3f/transitiveMembers",
    "/v1.0/groups/3f//transitiveMembers",
    "/v1.0/groups/3f/./transitiveMembers",
    "/v1.0/groups/x/../3f/transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers/../transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers/..",
    "/v1.0/groups/3f/transitiveMembers/.",
    "/../v1.0/groups/3f/transitiveMembers",
    "/./v1.0/groups/3f/transitiveMembers",
    "/v1.0/groups/%2e%2e/groups/3f/transitiveMembers",
    "/v1.0/%2e/groups/3f/transitiveMembers",
    "/v1.0/groups/3f%2ftransitiveMembers",
    "/v1.0/groups%2f3f/transitiveMembers",
    "/v1.0%2fgroups/3f/transitiveMembers",
    "/%2fv1.0/groups/3f/transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers%2f",
    "/v1.0/groups/3f/transitiveMembers%00",
    "/v1.0/groups/3f/transitiveMembers%20",
    "/v1.0/groups/3f/transitiveMembers%3f",
    "/v1.0/groups/3f/transitiveMembers;x=1",
    "/v1.0/groups/3f;x/transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers:443",
    "/v1.0/groups/3f/transitiveMembers,x",
    "/v1.0/groups('3f')",
    "/v1.0/groups('4f')/transitiveMembers",
    "/v1.0/groups('')/3f/transitiveMembers",
    "/v1.0/groups('3f'')/transitiveMembers",
    "/v1.0/groups('3f')/x/transitiveMembers",
    "/v1.0/groups(3f)/transitiveMembers",
    "/v1.0/('3f')/transitiveMembers",
    "/v1.0/$batch",
    "/v1.0/me/messages",
    "/v1.0/servicePrincipals",
    "/oauth2/v2.0/token",
    "/v1.0/groups/3f/transitiveMembersX",
    "/v1.0/groups/3f/transitiveMember",
    "/v1.00/groups/3f/transitiveMembers",
    "/v1/groups/3f/transitiveMembers",
    "/V2.0/groups/3f/transitiveMembers",
    "/v1.0/groups/3f%252ftransitiveMembers",
    "/v1.0/groups/3%66%20/transitiveMembers",
    "/v1.0/groups/3f/transitiveMembers/microsoft.graph.user",
    "/v1.0/groups/3f/transitiveMembers('x')",
    "/v1.0/groups/3f/transitiveMembers()",
    "/v1.0/groups/3f/transitiveMembers%23",
    "/v1.0/groups/+3f/transitiveMembers",
];

/// Schemes that are not https.
const SCHEMES: &[&str] = &[
    "http",
    "HTTP",
    "ftp",
    "ws",
    "wss",
    "file",
    "data",
    "javascript",
    "ldap",
    "gopher",
    "blob",
    "about",
    "view-source",
    "httpss",
    "https:https",
    "http+unix",
    "unix",
    "jar",
    "mailto",
    "urn",
    "git+https",
    "s3",
];

/// What is no whole URL, or is written so that parsers read it differently.
const WRITTEN: &[&str] = &[
    "",
    " ",
    "/v1.0/groups/3f/transitiveMembers?$skiptoken=1",
    "?$skiptoken=1",
    "#",
    "//graph.microsoft.com/v1.0/groups",
    "graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https:",
    "https:/",
    "https://",
    "https:///v1.0/groups/3f",
    "https:/graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https:graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https:////graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https:\\\\graph.microsoft.com\\v1.0\\groups\\3f\\transitiveMembers",
    "https://graph.microsoft.com\\@evil.example/v1.0/groups/3f/transitiveMembers",
    "https://evil.example\\.graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com\t/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com/v1.0/groups/3f/transitive\nMembers",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers\r\nHost: evil.example",
    " https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers ",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?a b",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers\u{0}",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers\u{7f}",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?\u{202e}",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers#",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers#@evil.example",
    "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?$skiptoken=1#x",
    "https://grаph.microsoft.com/v1.0/groups/3f/transitiveMembers", // Cyrillic а
    "https://graph。microsoft。com/v1.0/groups/3f/transitiveMembers",
    "https://ｇraph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com\u{ff0f}evil.example/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com\u{200b}/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com?/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com#/v1.0/groups/3f/transitiveMembers",
    "https://graph.microsoft.com;/v1.0/groups/3f/transitiveMembers",
    "https://[graph.microsoft.com]/v1.0/groups/3f/transitiveMembers",
    "null",
    "undefined",
    "[object Object]",
    "https://%",
    "https://graph.microsoft.com/v1.0/groups/3f\\transitiveMembers",
    "https://graph.microsoft.com/v1.0/groups/..\\groups/3f/transitiveMembers",
    "\u{feff}https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers",
    "data:application/json,{}",
    "https:/graph.microsoft.com/v1.0/users?x=://g/v1.0/groups/3f/transitiveMembers",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://evil.example/",
    "https://evil.example",
];

fn hostile() -> Vec<String> {
    let good_path = "/v1.0/groups/3f/transitiveMembers";
    let mut links: Vec<String> = WRITTEN.iter().map(|link| (*link).to_owned()).collect();
    links.extend(
        AUTHORITIES
            .iter()
            .map(|a| format!("https://{a}{good_path}?$skiptoken=1")),
    );
    links.extend(AUTHORITIES.iter().map(|a| format!("http://{a}{good_path}")));
    links.extend(
        PATHS
            .iter()
            .map(|p| format!("https://graph.microsoft.com{p}?$skiptoken=1")),
    );
    links.extend(
        SCHEMES
            .iter()
            .map(|s| format!("{s}://graph.microsoft.com{good_path}?$skiptoken=1")),
    );
    links
}

#[test]
fn no_hostile_link_is_followed() {
    let links = hostile();
    assert!(links.len() >= 200, "the table shrank to {}", links.len());
    let followed: Vec<&String> = links
        .iter()
        .filter(|link| check(&request(), link).is_ok())
        .collect();
    assert!(followed.is_empty(), "{followed:#?}");
}

#[test]
fn ordinary_links_are_followed() {
    let table = [
        "https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?$skiptoken=X%27abc",
        "https://graph.microsoft.com:443/v1.0/groups/3f/transitiveMembers?$select=id&$skiptoken=1",
        "https://GRAPH.microsoft.com/v1.0/Groups/3F/transitivemembers?$skiptoken=1",
        "https://graph.microsoft.com/v1.0/groups('3f')/transitiveMembers?$skiptoken=@evil.example/..",
        "https://graph.microsoft.com/v1.0/groups(%273f%27)/transitiveMembers?$skip=100",
    ];
    for link in table {
        assert_eq!(
            check(&request(), link).map(|url| url.origin()),
            Ok(request().origin()),
            "{link}"
        );
    }
}

#[test]
fn a_loopback_origin_is_compared_with_its_port() {
    let request = Url::parse("http://127.0.0.1:4000/v1.0/users").unwrap();
    assert!(check(&request, "http://127.0.0.1:4000/v1.0/users?$skiptoken=1").is_ok());
    assert!(check(&request, "http://127.0.0.1:4001/v1.0/users?$skiptoken=1").is_err());
    assert!(check(&request, "https://127.0.0.1:4000/v1.0/users?$skiptoken=1").is_err());
}

#[test]
fn a_circle_and_too_many_pages_end_the_read() {
    let page =
        |n: usize| format!("https://graph.microsoft.com/v1.0/groups/3f/transitiveMembers?$skiptoken={n}");
    let mut trail = Trail::new(request(), 4);
    assert!(trail.follow(&page(1)).is_ok());
    assert!(trail.follow(&page(2)).is_ok());
    assert_eq!(trail.follow(&page(1)), Err(LinkError::Loop(3)));
    assert!(trail.follow(&page(3)).is_ok());
    assert_eq!(trail.follow(&page(4)), Err(LinkError::TooMany(4)));
}

#[test]
fn a_link_back_to_the_first_page_is_a_circle() {
    assert_eq!(Trail::new(request(), 9).follow(REQUEST), Err(LinkError::Loop(1)));
}
