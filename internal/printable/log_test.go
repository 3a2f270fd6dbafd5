package printable

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// logs are the kinds of log.
var logs = map[string]func(io.Writer, slog.Level) *slog.Logger{"text": TextLog, "JSON": JSONLog}

// valuer is a value that is known when it is logged.
type valuer string

func (v valuer) LogValue() slog.Value { return slog.StringValue(string(v)) }

func TestALogIsCleanAndShortWhateverIsLogged(t *testing.T) {
	const raw = "\x1b[2J\u202e\x9b\r\n{}"
	for name, open := range logs {
		for _, text := range []string{raw, raw + strings.Repeat("x", 1<<20) + raw} {
			for what, write := range map[string]func(*slog.Logger){
				"message":   func(l *slog.Logger) { l.Info(text) },
				"text":      func(l *slog.Logger) { l.Info("m", "a", text) },
				"several":   func(l *slog.Logger) { l.Info(text, "a", text, "b", text, "c", 1) },
				"error":     func(l *slog.Logger) { l.Info("m", "a", errors.New(text)) },
				"list":      func(l *slog.Logger) { l.Info("m", "a", []string{text, text}) },
				"long list": func(l *slog.Logger) { l.Info("m", "a", slices.Repeat([]string{raw}, 5000)) },
				"bytes":     func(l *slog.Logger) { l.Info("m", "a", []byte(text)) },
				"struct":    func(l *slog.Logger) { l.Info("m", "a", struct{ B string }{text}) },
				"valuer":    func(l *slog.Logger) { l.Info("m", "a", valuer(text)) },
				"group": func(l *slog.Logger) {
					l.Info("m", slog.Group("g", "a", text, slog.Group("h", "a", text)))
				},
				"with":        func(l *slog.Logger) { l.With("a", text).With("b", text).Info(text, "c", text) },
				"with group":  func(l *slog.Logger) { l.WithGroup("g").With("a", text).Info("m", "b", text) },
				"package log": func(l *slog.Logger) { slog.NewLogLogger(l.Handler(), slog.LevelWarn).Print(text) },
			} {
				var b bytes.Buffer
				write(open(&b, slog.LevelDebug))
				var e eye
				if lines := bytes.Count(b.Bytes(), []byte("\n")); lines != 1 || bytes.ContainsFunc(b.Bytes(),
					e.escapes) || b.Len() > Longest+500 {
					t.Errorf("%s, %s: %d lines, %d bytes: %.300q", name, what, lines, b.Len(), b.String())
				}
			}
		}
	}
}

func TestALogKeepsWhatIsShort(t *testing.T) {
	var b bytes.Buffer
	log := JSONLog(&b, slog.LevelInfo)
	log.Debug("not asked for")
	log.With("id", "x").WithGroup("g").Info("said", "error", errors.New("why"), "list", []string{"a", "b"}, "n", 3,
		"took", time.Second, "none", nil)
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, &b)
	}
	delete(got, "time")
	again, err := json.Marshal(got)
	want := `{"g":{"error":"why","list":["a","b"],"n":3,"none":null,"took":1000000000},"id":"x","level":"INFO",` +
		`"msg":"said"}`
	if err != nil || string(again) != want {
		t.Errorf("%v\n got %s\nwant %s", err, again, want)
	}
	b.Reset()
	JSONLog(&b, slog.LevelInfo).Info("many", "list", strings.Split(strings.Repeat("a", 70), ""))
	if !strings.Contains(b.String(), `"a","and 20 more"]`) {
		t.Error(b.String())
	}
}
