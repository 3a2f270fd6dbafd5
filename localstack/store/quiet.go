package store

import (
	"context"
	"io"
	"reflect"

	"github.com/sirupsen/logrus"
)

// quiet returns ctx with distribution's log switched off. Distribution takes its
// logger from the context under a key of a package that only it can name, and falls
// back on the process's standard logger, which is not this package's to change.
func quiet(ctx context.Context) context.Context {
	if _, done := ctx.(silent); done {
		return ctx
	}
	logger := &logrus.Logger{Out: io.Discard, Formatter: new(logrus.TextFormatter), Level: logrus.PanicLevel}
	return silent{Context: ctx, logger: logrus.NewEntry(logger)}
}

type silent struct {
	context.Context //nolint:containedctx // it is a context
	logger          *logrus.Entry
}

// Value answers the question for the logger with one that writes nothing.
func (c silent) Value(key any) any {
	if isLoggerKey(key) {
		return c.logger
	}
	return c.Context.Value(key)
}

func isLoggerKey(key any) bool {
	t := reflect.TypeOf(key)
	return t != nil && t.Name() == "loggerKey" &&
		t.PkgPath() == "github.com/distribution/distribution/v3/internal/dcontext"
}
