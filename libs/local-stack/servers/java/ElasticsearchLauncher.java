import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Runs one Elasticsearch node from its library and the modules in its home folder. */
public final class ElasticsearchLauncher {
  private ElasticsearchLauncher() {}

  /** Arguments: the home folder (modules), the configuration folder (elasticsearch.yml). */
  public static void main(String[] arguments) throws Exception {
    DieWithParent.watch();
    Path home = Path.of(arguments[0]);
    Path config = Path.of(arguments[1]);
    LogConfigurator.registerErrorListener();
    Settings settings = Settings.builder()
        .loadFromPath(config.resolve("elasticsearch.yml"))
        .put("path.home", home.toString())
        .build();
    Environment environment = new Environment(settings, config);
    LogConfigurator.configure(environment, true);
    var modules = PluginsLoader.loadModulesBundles(environment.modulesDir(), false);
    Node node = new Node(
        environment, PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.prepareForClose();
        node.close();
        node.awaitClose(10, TimeUnit.SECONDS);
      } catch (Exception error) {
        error.printStackTrace();
      }
    }, "stop-node"));
    node.start();
    // Netty's and the node's own threads are daemons or not by version: this one is not.
    Thread.currentThread().join();
  }
}
