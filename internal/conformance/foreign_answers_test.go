package conformance

import (
	"fmt"
	"net/url"
	"strings"
)

// quoted is a text in JSON whose bytes are as they are, but for those that JSON does not have within texts.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c == '"' || c == '\\':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// An answerField is a place in any answer.
type answerField struct {
	name   string
	change func(r *reply, text string)
}

// answerFields are the places in an answer whatever it answers.
func answerFields() []answerField {
	fields := []answerField{
		{"status line of a refusal", func(r *reply, text string) { r.status = "403 " + text }},
		{"status line of a success", func(r *reply, text string) { r.status = "299 " + text }},
		{"status code", func(r *reply, text string) { r.status = text }},
		{"version", func(r *reply, text string) { r.whole = "HTTP/" + text + " 200 OK\r\n\r\n" }},
		{"all of it", func(r *reply, text string) { r.whole = text + "\r\n\r\n" }},
		{"name of a header", func(r *reply, text string) { r.header = append(r.header, headerText(text)+": x") }},
		{"header without a colon", func(r *reply, text string) { r.header = append(r.header, headerText(text)) }},
		{"body of a refusal", func(r *reply, text string) { r.status, r.body = "403 Forbidden", text }},
		{"HTML of a refusal", func(r *reply, text string) {
			r.status, r.body = "403 Forbidden", "<html><title>"+text+"</title><Error><Code>"+text+"</Code></Error>"
		}},
		{"chunk size", func(r *reply, text string) {
			r.header = append(r.header, "Transfer-Encoding: chunked")
			r.body = headerText(text) + "\r\n"
		}},
	}
	for name, document := range inOrder(map[string]string{
		"errors' code":            `{"errors":[{"code":%s,"message":"m","detail":{}}]}`,
		"errors' message":         `{"errors":[{"code":"DENIED","message":%s}]}`,
		"errors' detail":          `{"errors":[{"code":"DENIED","message":"m","detail":%s}]}`,
		"errors that are a text":  `{"errors":%s}`,
		"errors' unknown members": `{"errors":[{%[1]s:%[1]s}]}`,
		"details as Harbor's":     `{"details":%[1]s,"message":%[1]s,"error":%[1]s,"error_description":%[1]s}`,
	}) {
		fields = append(fields, answerField{name, func(r *reply, text string) {
			r.status, r.body = "403 Forbidden", fmt.Sprintf(document, quoted(text))
			r.add("Content-Type", "application/json")
		}})
	}
	for _, name := range []string{
		"Content-Type", "Content-Length", "Transfer-Encoding", "Content-Encoding",
		"Docker-Content-Digest", "Link", "ETag",
		"Docker-Upload-UUID", "Range", "OCI-Chunk-Min-Length", "OCI-Subject", "OCI-Filters-Applied",
		"Date", "Set-Cookie",
		"Docker-Distribution-Api-Version", "RateLimit-Limit", "RateLimit-Remaining", "X-Unknown", "Trailer",
	} {
		fields = append(fields, answerField{name, func(r *reply, text string) { r.set(name, text) }})
	}
	return append(fields, refusalFields()...)
}

// refusalFields are the places in the headers of answers that ask for something else.
func refusalFields() []answerField {
	challenge := func(format string) func(r *reply, text string) {
		return func(r *reply, text string) {
			r.status = "401 Unauthorized"
			r.add("WWW-Authenticate", fmt.Sprintf(format, text))
		}
	}
	redirect := func(format string, escape func(string) string) func(r *reply, text string) {
		return func(r *reply, text string) {
			r.status = "307 Temporary Redirect"
			r.set("Location", fmt.Sprintf(format, escape(text)))
		}
	}
	asItIs := func(text string) string { return text }
	return []answerField{
		{"challenge", challenge("%s")},
		{"challenge's realm", challenge(`Bearer realm="%s"`)},
		{"challenge's realm, a host", challenge(`Bearer realm="https://%s/token",service="s"`)},
		{"challenge's realm, a path", challenge(`Bearer realm="http://127.0.0.1:1/%s",service="s"`)},
		{"challenge's service", challenge(`Bearer realm="http://127.0.0.1:1/",service="%s"`)},
		{"challenge's scope", challenge(`Bearer realm="http://127.0.0.1:1/",scope="%s"`)},
		{"challenge's error", challenge(`Bearer realm="http://127.0.0.1:1/",error="%[1]s",error_description="%[1]s"`)},
		{"Basic challenge's realm", challenge(`Basic realm="%s"`)},
		{"Location", redirect("%s", asItIs)},
		{"Location, a host", redirect("https://%s/", asItIs)},
		{"Location, an escaped host", redirect("https://%s/", url.PathEscape)},
		{"Location, a user", redirect("https://%s@127.0.0.1:1/", url.PathEscape)},
		{"Location, a port", redirect("https://127.0.0.1:%s/", asItIs)},
		{"Location, a path", redirect("http://127.0.0.1:1/%s", url.PathEscape)},
		{"Location, a query", redirect("http://127.0.0.1:1/?%s", url.QueryEscape)},
		{"Location, a scheme", redirect("%s://127.0.0.1/", asItIs)},
		{"Content-Range of a part", func(r *reply, text string) {
			r.status = "206 Partial Content"
			r.set("Content-Range", text)
		}},
		{"Content-Range of no part", func(r *reply, text string) {
			r.status = "416 Range Not Satisfiable"
			r.set("Content-Range", text)
		}},
		{"Retry-After", func(r *reply, text string) {
			r.status = "403 Forbidden"
			r.set("Retry-After", text)
		}},
		{"Warning", func(r *reply, text string) {
			r.status = "404 Not Found"
			r.set("Warning", "299 - \""+text+"\"")
		}},
	}
}

// set replaces a header.
func (r *reply) set(name, value string) {
	kept := r.header[:0:0]
	for _, line := range r.header {
		if !strings.HasPrefix(line, name+":") {
			kept = append(kept, line)
		}
	}
	r.header = kept
	r.add(name, value)
}

// tokenFields are the places in the answer of a token server, beside those of every answer.
func tokenFields() []answerField {
	var fields []answerField
	for name, document := range inOrder(map[string]string{
		"token":         `{"token":%s}`,
		"access_token":  `{"access_token":%s}`,
		"expires_in":    `{"token":"t","expires_in":%s}`,
		"issued_at":     `{"token":"t","issued_at":%s}`,
		"refresh_token": `{"token":"t","refresh_token":%s}`,
		"scope":         `{"token":"t","scope":%s}`,
		"no token":      `{"details":%s}`,
		"a list":        `[%s]`,
		"a number":      `{"token":99999999999999999999%s}`,
	}) {
		fields = append(fields, answerField{
			name, func(r *reply, text string) { r.body = fmt.Sprintf(document, quoted(text)) },
		})
	}
	return fields
}
