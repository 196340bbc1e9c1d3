// Writes one line in each of the text forms of Go's loggers; the first argument picks the logger.
package main

import (
	"errors"
	"flag"
	"log/slog"
	"os"
	"time"

	kitlog "github.com/go-kit/log"
	"github.com/golang/glog"
	"github.com/sirupsen/logrus"
	"k8s.io/klog/v2"
)

func main() {
	name := os.Args[1]
	os.Args = os.Args[:1]
	failure := errors.New("no stock: \"A-1\"\nleft = 0")
	switch name {
	case "klog":
		flags := flag.NewFlagSet("klog", flag.ExitOnError)
		klog.InitFlags(flags)
		_ = flags.Parse([]string{"-logtostderr", "-v=4"})
		klog.Info("ready")
		klog.Warningf("stock is %d", 2)
		klog.Error("no stock")
		klog.InfoS("Pod status updated", "pod", klog.KRef("kube-system", "kubedns"), "status", "ready", "count", 3)
		klog.ErrorS(failure, "Failed to update pod", "pod", "a b", "labels", map[string]string{"app": "shop"})
		klog.InfoS("Several lines", "text", "one\ntwo", "list", []string{"a", "b"}, "took", time.Second)
		klog.LoggerWithName(klog.Background(), "scheduler").Info("Named", "nodes", 5)
		klog.Flush()
	case "glog":
		_ = flag.Set("logtostderr", "true")
		flag.Parse()
		glog.Info("ready")
		glog.Warning("stock is low")
		glog.Error("no stock")
		glog.Flush()
	case "slog":
		logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{AddSource: true, Level: slog.LevelDebug - 4}))
		logger.Info("ready")
		logger.Debug("low", "left", 2, "took", 1500*time.Millisecond)
		logger.Error("no stock", "err", failure)
		logger.WithGroup("order").Warn("odd", "id", 17, "note", "a=b c", "empty", "", "key with space", true)
		logger.Log(nil, slog.LevelInfo+2, "between levels", "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736", "span_id", "00f067aa0ba902b7")
	case "logrus":
		logger := logrus.New()
		logger.SetOutput(os.Stdout)
		logger.SetLevel(logrus.TraceLevel)
		logger.SetFormatter(&logrus.TextFormatter{DisableColors: true, FullTimestamp: true})
		logger.Info("ready")
		logger.WithFields(logrus.Fields{"orderId": 17, "msg": "clash"}).Warn("stock is low")
		logger.WithError(failure).Error("no stock")
	case "logrus-tty":
		logger := logrus.New()
		logger.SetOutput(os.Stdout)
		logger.SetLevel(logrus.TraceLevel)
		logger.SetFormatter(&logrus.TextFormatter{ForceColors: true})
		logger.Info("ready")
		logger.Trace("low")
		logger.WithFields(logrus.Fields{"orderId": 17, "note": "a b"}).Warn("stock is low, left=2")
		logger.SetFormatter(&logrus.TextFormatter{ForceColors: true, FullTimestamp: true})
		logger.WithError(failure).Error("no stock")
	case "go-kit":
		logger := kitlog.NewLogfmtLogger(os.Stdout)
		logger = kitlog.With(logger, "ts", kitlog.DefaultTimestampUTC, "caller", kitlog.DefaultCaller)
		_ = logger.Log("level", "info", "msg", "ready", "addr", ":9090")
		_ = logger.Log("level", "error", "err", failure, "empty", nil)
	}
}
