import java.io.IOException;

/** Ends this server when the program that started it is gone: its end of our standard input closes. */
final class DieWithParent {
  /** How long the shutdown hooks may take before the server ends without them. */
  private static final long GRACE_MS = 15_000;

  private DieWithParent() {}

  static void watch() {
    daemon("die-with-parent", () -> {
      waitForEndOfInput();
      daemon("end-without-hooks", () -> {
        sleep(GRACE_MS);
        Runtime.getRuntime().halt(1);
      });
      // Runs the shutdown hooks, so the data are left as after a graceful stop.
      System.exit(0);
    });
  }

  private static void waitForEndOfInput() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException broken) {
      // A broken pipe says the same as its end.
    }
  }

  private static void sleep(long durationMs) {
    try {
      Thread.sleep(durationMs);
    } catch (InterruptedException early) {
      // Ending early is as good.
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
