// Records what Go's JSON loggers write: slog, zap, zerolog and logrus, into the folder that is the first argument.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"time"

	pkgerrors "github.com/pkg/errors"
	"github.com/rs/zerolog"
	zpkgerrors "github.com/rs/zerolog/pkgerrors"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var root string
var folders = regexp.MustCompile(`(/[\w@.%!-]+)+/((?:src|scripts|go|foreign)?/?[\w.]+\.go)`)
var times = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)

func save(format, name string, out *bytes.Buffer) {
	text := folders.ReplaceAllString(out.String(), "/srv/app/$2")
	text = times.ReplaceAllStringFunc(text, func(found string) string {
		if len(found) > 26 {
			return "2026-01-02T03:04:05.123456789Z"
		}
		return "2026-01-02T03:04:05Z"
	})
	folder := filepath.Join(root, format)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".log"), []byte(text), 0o644); err != nil {
		panic(err)
	}
}

func recordSlog() {
	out := &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.Level(-8)}))
	log.Info("hello")
	log.Info("order placed", "orderId", 17, "total", 12.5, "paid", true, "lines", []string{"a", "b"}, "took", 1500*time.Millisecond)
	log.Error("charge failed", "err", fmt.Errorf("charge: %w", errors.New("card refused")))
	log.With("service", "orders", "version", "1.2.3").WithGroup("http").Warn("slow", "method", "GET", "status", 200)
	log.Log(nil, slog.Level(2), "between info and warn")
	log.Log(nil, slog.Level(-8), "below debug")
	log.Log(nil, slog.Level(12), "above error")
	log.Info("traced", "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736", "span_id", "00f067aa0ba902b7")
	sourced := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{AddSource: true}))
	sourced.Info("with position")
	save("slog", "typical", out)

	out = &bytes.Buffer{}
	log = slog.New(slog.NewJSONHandler(out, nil))
	log.Info("a lonely value", "orphan")
	log.Info("numbers", "big", uint64(math.MaxUint64), "low", int64(math.MinInt64), "nan", math.NaN(), "far", math.Inf(1))
	log.Info("repeated keys", "level", "loud", "msg", "second", "time", "yesterday", "source", "elsewhere")
	log.Info("names of ECS", slog.Group("http", "request", "GET /"), slog.Group("error", "message", "inner"), "host", 7)
	save("slog", "limits", out)
}

type failure struct{ code int }

func (f failure) Error() string { return fmt.Sprintf("failure %d", f.code) }

func recordZap() {
	out := &bytes.Buffer{}
	build := func(config zapcore.EncoderConfig, options ...zap.Option) *zap.Logger {
		return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(out), zap.DebugLevel), append(options, zap.WithClock(fixed{}))...)
	}
	log := build(zap.NewProductionEncoderConfig(), zap.AddCaller(), zap.AddStacktrace(zap.ErrorLevel))
	log.Info("hello")
	log.Named("shop").Named("orders").Info("order placed", zap.Int("orderId", 17), zap.Float64("total", 12.5), zap.Duration("took", 1500*time.Millisecond))
	log.Error("charge failed", zap.Error(errors.New("card refused")))
	log.Error("charge failed with a stack", zap.Error(pkgerrors.Wrap(errors.New("card refused"), "charge")))
	log.DPanic("should not happen", zap.Object("user", zapcore.ObjectMarshalerFunc(func(e zapcore.ObjectEncoder) error {
		e.AddString("id", "u-5")
		e.AddString("plan", "gold")
		return nil
	})))
	log.Warn("names", zap.String("service", "orders"), zap.Namespace("inner"), zap.String("key", "value"))
	iso := zap.NewProductionEncoderConfig()
	iso.EncodeTime = zapcore.ISO8601TimeEncoder
	iso.EncodeLevel = zapcore.CapitalLevelEncoder
	build(iso).Warn("ISO time, capital level")
	millis := zap.NewProductionEncoderConfig()
	millis.EncodeTime = zapcore.EpochMillisTimeEncoder
	build(millis).Debug("milliseconds")
	nanos := zap.NewProductionEncoderConfig()
	nanos.EncodeTime = zapcore.EpochNanosTimeEncoder
	build(nanos).Debug("nanoseconds")
	save("zap", "typical", out)

	out = &bytes.Buffer{}
	log = build(zap.NewProductionEncoderConfig())
	log.Info("numbers", zap.Uint64("big", math.MaxUint64), zap.Float64("nan", math.NaN()), zap.Float64("far", math.Inf(-1)))
	log.Info("repeated keys", zap.String("level", "loud"), zap.String("msg", "second"), zap.String("ts", "yesterday"))
	log.Info("an error of another name", zap.NamedError("cause", failure{7}), zap.Errors("errors", []error{failure{1}, failure{2}}))
	log.Info("bytes", zap.Binary("raw", []byte{0, 1, 255}), zap.ByteString("text", []byte("ab\xff")), zap.Any("nothing", nil))
	save("zap", "limits", out)
}

type fixed struct{}

func (fixed) Now() time.Time                       { return time.Unix(1767323045, 123456789).UTC() }
func (fixed) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }

func recordZerolog() {
	out := &bytes.Buffer{}
	log := zerolog.New(out).Level(zerolog.TraceLevel).With().Timestamp().Logger()
	log.Info().Msg("hello")
	log.Info().Int("orderId", 17).Float64("total", 12.5).Dur("took", 1500*time.Millisecond).Strs("lines", []string{"a", "b"}).Msg("order placed")
	log.Error().Err(errors.New("card refused")).Msg("charge failed")
	log.Warn().Caller().Str("service", "orders").Msg("with position")
	log.Trace().Msg("low")
	log.Log().Msg("no level")
	log.Info().Send()
	log.WithLevel(zerolog.FatalLevel).Msg("last words")
	zerolog.ErrorStackMarshaler = zpkgerrors.MarshalStack
	log.Error().Stack().Err(pkgerrors.New("with a stack")).Msg("failed")
	log.Info().Dict("request", zerolog.Dict().Str("method", "GET").Int("status", 200)).Msg("nested")
	zerolog.TimestampFunc = func() time.Time { return time.Unix(1767323045, 123456789).UTC() }
	for _, unit := range []string{zerolog.TimeFormatUnix, zerolog.TimeFormatUnixMs, zerolog.TimeFormatUnixMicro, zerolog.TimeFormatUnixNano} {
		zerolog.TimeFieldFormat = unit
		log.Info().Msg("time as a number")
	}
	zerolog.TimeFieldFormat = time.RFC3339
	save("zerolog", "typical", out)

	out = &bytes.Buffer{}
	log = zerolog.New(out).With().Timestamp().Logger()
	log.Info().Uint64("big", math.MaxUint64).Float64("nan", math.NaN()).Float64("far", math.Inf(1)).Msg("numbers")
	log.Info().Str("level", "loud").Str("time", "yesterday").Str("message", "first").Msg("repeated keys")
	log.WithLevel(zerolog.Level(7)).Msg("a level of no name")
	log.Info().Errs("errors", []error{failure{1}, failure{2}}).AnErr("cause", failure{3}).Msg("other errors")
	log.Info().RawJSON("raw", []byte(`{"a":[1,{"b":null}]}`)).Bytes("bytes", []byte("ab\xff\x00")).Msg("raw")
	save("zerolog", "limits", out)
}

func recordLogrus() {
	out := &bytes.Buffer{}
	log := logrus.New()
	log.SetOutput(out)
	log.SetLevel(logrus.TraceLevel)
	log.SetFormatter(&logrus.JSONFormatter{})
	log.Info("hello")
	log.WithFields(logrus.Fields{"orderId": 17, "total": 12.5, "paid": true}).Info("order placed")
	log.WithError(errors.New("card refused")).Error("charge failed")
	log.Warn("stock is low")
	log.WithField("msg", "clash").WithField("level", "clash").WithField("time", "clash").Info("fields of the same name")
	log.Trace("low")
	log.SetReportCaller(true)
	log.WithField("service", "orders").Debug("with position")
	log.SetReportCaller(false)
	log.SetFormatter(&logrus.JSONFormatter{TimestampFormat: "2006-01-02 15:04:05"})
	log.Info("another time")
	log.SetFormatter(&logrus.JSONFormatter{DataKey: "data", FieldMap: logrus.FieldMap{logrus.FieldKeyTime: "@timestamp", logrus.FieldKeyMsg: "message"}})
	log.WithField("sku", "A-1").Info("mapped keys")
	func() {
		defer func() { _ = recover() }()
		log.SetFormatter(&logrus.JSONFormatter{})
		log.Panic("all is lost")
	}()
	text := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAll(out.Bytes(), []byte("2026-01-02 03:04:05"))
	save("logrus", "typical", bytes.NewBuffer(text))

	out = &bytes.Buffer{}
	log.SetOutput(out)
	log.WithFields(logrus.Fields{"big": uint64(math.MaxUint64), "file": "a.txt", "func": "f", "host": 7}).Info("other meanings")
	log.WithFields(logrus.Fields{"error": failure{7}, "cause": errors.New("inner"), "errors": []error{failure{1}}}).Error("errors")
	log.WithFields(logrus.Fields{"nan": math.NaN()}).Info("not JSON")
	log.WithFields(logrus.Fields{"f": func() {}}).Info("a function")
	log.Info("")
	save("logrus", "limits", out)
}

func main() {
	root = os.Args[1]
	recordSlog()
	recordZap()
	recordZerolog()
	recordLogrus()
}
