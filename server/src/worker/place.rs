//! A question's place at its channel, given back when the question has ended, however it has.

use crate::App;

pub(super) struct Place {
    app: App,
    channel: String,
    was_silent: bool,
}

impl Place {
    /// A place at this channel, if it has one left.
    pub(super) fn at(app: &App, channel: &str) -> Option<Place> {
        let was_silent = app.reach.entered(channel)?;
        Some(Place { app: app.clone(), channel: channel.to_owned(), was_silent })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.app.reach.left(&self.channel, self.was_silent) {
            self.app.wake.asks.notify_one();
        }
    }
}
