module millrace.example/go-text

go 1.26.8

require (
	github.com/go-kit/log v0.2.1
	github.com/golang/glog v1.2.5
	github.com/sirupsen/logrus v1.10.2
	k8s.io/klog/v2 v2.140.0
)

require (
	github.com/go-logfmt/logfmt v0.5.1 // indirect
	github.com/go-logr/logr v1.4.1 // indirect
	golang.org/x/sys v0.13.0 // indirect
)
