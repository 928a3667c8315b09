//! A process that is started again whenever it has ended, as a service manager does.

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

pub struct Kept {
    make: Box<dyn Fn() -> Command>,
    running: Child,
}

impl Kept {
    pub fn start(make: impl Fn() -> Command + 'static) -> Kept {
        let running = make().kill_on_drop(true).spawn().unwrap();
        Kept { make: Box::new(make), running }
    }

    /// SIGKILL. It is gone when this returns.
    pub async fn kill(&mut self) {
        self.stop(Signal::KILL).await;
    }

    /// The same by another signal.
    pub async fn stop(&mut self, signal: Signal) {
        if let Some(id) = self.running.id() {
            let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
            kill_process(id, signal).unwrap();
        }
        self.running.wait().await.unwrap();
    }

    /// Starts it again if it has ended: killed by us, or by itself because what it needs was not there.
    pub fn look_after(&mut self) {
        if self.running.try_wait().unwrap().is_some() {
            self.running = (self.make)().kill_on_drop(true).spawn().unwrap();
        }
    }
}
