//! Microsoft's clouds: where Graph and the sign-in of each live.
//!
//! Contacts none of them. Sources: <https://learn.microsoft.com/en-us/graph/deployments>,
//! <https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud>.

use crate::edge::config::origin::Origin;

/// A cloud. Tokens of one are worthless in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The worldwide cloud, GCC included.
    Global,
    /// US Government L4 (GCC High).
    UsGovL4,
    /// US Government L5 (DoD).
    UsGovL5,
    /// Operated by 21Vianet.
    China,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Cloud; 4] = [Cloud::Global, Cloud::UsGovL4, Cloud::UsGovL5, Cloud::China];

    /// As written in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Cloud::Global => "global",
            Cloud::UsGovL4 => "us_gov_l4",
            Cloud::UsGovL5 => "us_gov_l5",
            Cloud::China => "china",
        }
    }

    /// Graph's origin.
    pub fn graph(self) -> Origin {
        Origin::known(match self {
            Cloud::Global => "https://graph.microsoft.com",
            Cloud::UsGovL4 => "https://graph.microsoft.us",
            Cloud::UsGovL5 => "https://dod-graph.microsoft.us",
            Cloud::China => "https://microsoftgraph.chinacloudapi.cn",
        })
    }

    /// The sign-in's origin.
    pub fn login(self) -> Origin {
        Origin::known(self.logins()[0])
    }

    /// All origins of the sign-in, the usual first. For China the two documents name different hosts.
    fn logins(self) -> &'static [&'static str] {
        match self {
            Cloud::Global => &["https://login.microsoftonline.com"],
            Cloud::UsGovL4 | Cloud::UsGovL5 => &["https://login.microsoftonline.us"],
            Cloud::China => &[
                "https://login.partner.microsoftonline.cn",
                "https://login.chinacloudapi.cn",
            ],
        }
    }

    /// The cloud to which both origins belong.
    pub fn of(graph: &Origin, login: &Origin) -> Option<Cloud> {
        Cloud::ALL
            .into_iter()
            .find(|cloud| cloud.graph() == *graph && cloud.logins().contains(&login.as_str()))
    }
}
