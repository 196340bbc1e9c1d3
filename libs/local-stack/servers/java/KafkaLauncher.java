import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs one Kafka node: formats its log directory the first time, then serves until told to stop. */
public final class KafkaLauncher {
  private KafkaLauncher() {}

  /** Arguments: the properties file, the log directory, the cluster id, a file with further arguments of the format. */
  public static void main(String[] arguments) throws Exception {
    DieWithParent.watch();
    String properties = arguments[0];
    if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
      List<String> format = new ArrayList<>(
          List.of("format", "--ignore-formatted", "-t", arguments[2], "-c", properties));
      format.addAll(Files.readAllLines(Path.of(arguments[3])));
      int code = kafka.tools.StorageTool.execute(format.toArray(new String[0]), System.out);
      if (code != 0) System.exit(code);
    }
    kafka.Kafka.main(new String[] {properties});
  }
}
