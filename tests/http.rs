//! The HTTP client and sign-in against real servers on the loopback, in virtual time.
//!
//! No test here asserts how long anything takes: the clock is a value that a sleep moves on.

#[path = "http/changes.rs"]
mod changes;
#[path = "http/fetches.rs"]
mod fetches;
#[path = "http/hostile.rs"]
mod hostile;
#[path = "http/reads.rs"]
mod reads;
#[path = "http/server.rs"]
mod server;
#[path = "http/sign_in.rs"]
mod sign_in;
#[path = "http/world.rs"]
mod world;
