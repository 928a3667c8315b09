//! A question's place at its channel, given back when the question has ended, however it has.

use crate::App;

pub(super) struct Place {
    app: App,
    channel: String,
}

impl Place {
    /// A place at this channel, if it has one left.
    pub(super) fn at(app: &App, channel: &str) -> Option<Place> {
        let is_ours = app.reach.entered(channel);
        is_ours.then(|| Place { app: app.clone(), channel: channel.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.reach.left(&self.channel);
    }
}
