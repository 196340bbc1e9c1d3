import java.nio.file.Files;
import java.nio.file.Path;

/** Runs one Kafka node: formats its log directory the first time, then serves until told to stop. */
public final class KafkaLauncher {
  private KafkaLauncher() {}

  /** Arguments: the properties file, the log directory, the cluster id. */
  public static void main(String[] arguments) throws Exception {
    DieWithParent.watch();
    String properties = arguments[0];
    if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
      int code = kafka.tools.StorageTool.execute(
          new String[] {"format", "--ignore-formatted", "-t", arguments[2], "-c", properties}, System.out);
      if (code != 0) System.exit(code);
    }
    kafka.Kafka.main(new String[] {properties});
  }
}
