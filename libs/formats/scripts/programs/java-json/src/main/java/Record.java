// Records what Java's JSON layouts write: Log4j2 and logback, into the folder that is the first argument.
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.logstash.logback.argument.StructuredArguments;
import net.logstash.logback.encoder.LogstashEncoder;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.JsonLayout;
import org.apache.logging.log4j.core.time.MutableInstant;
import org.apache.logging.log4j.layout.template.json.JsonTemplateLayout;
import org.apache.logging.log4j.message.ParameterizedMessage;
import org.apache.logging.log4j.message.StringMapMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.slf4j.MDC;

public class Record {
  static Path root;

  public static void main(String[] arguments) throws Exception {
    root = Path.of(arguments[0]);
    recordLog4j();
    recordLogback();
  }

  static void save(String format, String name, String text) throws Exception {
    Path folder = Files.createDirectories(root.resolve(format));
    String fixed = text
        .replaceAll("\"@timestamp\":\"[^\"]+\"", "\"@timestamp\":\"2026-01-02T03:04:05.123456789Z\"")
        .replaceAll("\"sequenceNumber\":\\d+", "\"sequenceNumber\":0")
        .replaceAll("\"timestamp\":\\d{13}", "\"timestamp\":1767323045123")
        .replaceAll("\"nanoseconds\":\\d+", "\"nanoseconds\":123456789")
        .replaceAll("\"birthdate\":\\d+", "\"birthdate\":1767323045000")
        .replaceAll("\"(host|source_host)\":\"[^\"]*\"", "\"$1\":\"web-1\"");
    Files.writeString(folder.resolve(name + ".log"), fixed);
  }

  static Throwable failure() {
    RuntimeException inner = new IllegalStateException("card refused");
    inner.setStackTrace(new StackTraceElement[] {new StackTraceElement("shop.Payments", "charge", "Payments.java", 41)});
    RuntimeException outer = new RuntimeException("payment failed", inner);
    outer.setStackTrace(new StackTraceElement[] {
      new StackTraceElement("shop.Orders", "pay", "Orders.java", 12), new StackTraceElement("shop.Main", "main", "Main.java", 3)
    });
    outer.addSuppressed(new java.io.IOException("and the log was full"));
    outer.getSuppressed()[0].setStackTrace(new StackTraceElement[0]);
    return outer;
  }

  static Log4jLogEvent.Builder event(String text, Object... parameters) {
    MutableInstant time = new MutableInstant();
    time.initFromEpochSecond(1767323045L, 123456789);
    return Log4jLogEvent.newBuilder()
        .setLoggerName("shop.Orders").setLoggerFqcn("org.apache.logging.log4j.spi.AbstractLogger").setLevel(Level.INFO)
        .setMessage(new ParameterizedMessage(text, parameters)).setThreadName("main").setThreadId(1).setThreadPriority(5)
        .setInstant(time);
  }

  static Log4jLogEvent[] events() {
    SortedArrayStringMap context = new SortedArrayStringMap();
    context.putValue("requestId", "r-1");
    context.putValue("trace.id", "4bf92f3577b34da6a3ce929d0e0e4736");
    return new Log4jLogEvent[] {
      event("hello").build(),
      event("order {} placed", 17).setContextData(context).build(),
      event("charge failed").setLevel(Level.ERROR).setThrown(failure()).build(),
      event("with position").setLevel(Level.WARN).setIncludeLocation(true)
          .setSource(new StackTraceElement("shop.Orders", "pay", "Orders.java", 12)).build(),
      event("a level of its own").setLevel(Level.forName("NOTICE", 350)).setMarker(MarkerManager.getMarker("AUDIT")).build(),
      event("").setLevel(Level.TRACE).setMessage(new StringMapMessage().with("sku", "A-1").with("left", "2")).build(),
      event("last words").setLevel(Level.FATAL).build(),
    };
  }

  static String write(Layout<?> layout) {
    StringBuilder text = new StringBuilder();
    for (Log4jLogEvent event : events()) {
      String line = new String(layout.toByteArray(event), StandardCharsets.UTF_8).strip();
      text.append(line.replaceAll("\\r?\\n\\s*", "")).append('\n');
    }
    return text.toString();
  }

  static void recordLog4j() throws Exception {
    DefaultConfiguration configuration = new DefaultConfiguration();
    String layout = write(JsonLayout.newBuilder().setConfiguration(configuration).setCompact(true).setEventEol(true)
        .setProperties(true).setLocationInfo(true).build());
    String texts = write(JsonLayout.newBuilder().setConfiguration(configuration).setCompact(true).setEventEol(true)
        .setProperties(true).setStacktraceAsString(true).setIncludeTimeMillis(true).build());
    save("log4j2", "typical", layout + texts);
    for (String template : new String[] {"JsonLayout", "EcsLayout", "GelfLayout", "GcpLayout", "LogstashJsonEventLayoutV1"}) {
      String lines = write(JsonTemplateLayout.newBuilder().setConfiguration(configuration).setLocationInfoEnabled(true)
          .setStackTraceEnabled(true).setEventTemplateUri("classpath:" + template + ".json").build());
      String format = switch (template) {
        case "EcsLayout" -> "ecs";
        case "GelfLayout" -> "gelf";
        case "LogstashJsonEventLayoutV1" -> "logstash";
        default -> "log4j2";
      };
      save(format, "log4j-template-" + template.toLowerCase().replaceAll("(json(event)?)?layout(v1)?", "").replaceAll("^$", "json"), lines);
    }
    Files.writeString(root.resolve("log4j2").resolve("pretty.bin"), new String(JsonLayout.newBuilder().setConfiguration(configuration)
        .setProperties(true).build().toByteArray(events()[2]), StandardCharsets.UTF_8));
  }

  static String write(Encoder<ILoggingEvent> encoder) {
    LoggerContext context = new LoggerContext();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encoder.setContext(context);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(out);
    appender.start();
    context.setMDCAdapter(new ch.qos.logback.classic.util.LogbackMDCAdapter());
    ch.qos.logback.classic.Logger logger = context.getLogger("shop.Orders");
    logger.addAppender(appender);
    logger.setLevel(ch.qos.logback.classic.Level.ALL);
    logger.info("hello");
    logger.info("order {} placed", 17);
    logger.error("charge failed", failure());
    context.getMDCAdapter().put("requestId", "r-1");
    context.getMDCAdapter().put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
    logger.warn("stock is low");
    context.getMDCAdapter().clear();
    logger.info(org.slf4j.MarkerFactory.getMarker("AUDIT"), "marked");
    logger.atInfo().addKeyValue("sku", "A-1").addKeyValue("left", 2).log("key values");
    logger.info("structured {}", StructuredArguments.keyValue("total", 12.5));
    logger.trace("low");
    return out.toString(StandardCharsets.UTF_8);
  }

  static void recordLogback() throws Exception {
    save("logback", "typical", write(new JsonEncoder()));
    LogstashEncoder encoder = new LogstashEncoder();
    encoder.setCustomFields("{\"service\":\"orders\",\"environment\":\"test\"}");
    LogstashEncoder positions = new LogstashEncoder();
    positions.setIncludeCallerData(true);
    String text = write(encoder) + write(positions);
    save("logstash", "typical", text);
  }
}
