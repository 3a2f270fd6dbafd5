// Package awsquery is the AWS Query protocol for stand-ins: requests are forms, answers XML.
//
// Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
package awsquery

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"ecrmirror/localstack/awsjson"
)

// A Form holds the members of a structure, by name.
type Form struct {
	values url.Values
	prefix string
}

// Read reads a request's body, of up to limit bytes.
func Read(r *http.Request, limit int64) (Form, error) {
	body, err := awsjson.Body(r, limit)
	if err != nil {
		return Form{}, err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return Form{}, awsjson.Errorf("MalformedQueryString", "%v", err)
	}
	return FormOf(values), nil
}

// FormOf is a request's form, which has been parsed.
func FormOf(values url.Values) Form { return Form{values: values} }

// Text is the member of that name, or "".
func (f Form) Text(name string) string { return f.values.Get(f.prefix + name) }

// Has tells whether the member is there.
func (f Form) Has(name string) bool { return f.values.Has(f.prefix + name) }

// True tells whether the member is there and true.
func (f Form) True(name string) bool { return f.Text(name) == "true" }

// Texts are the items of a list of strings.
func (f Form) Texts(name string) []string {
	var list []string
	for i := 1; f.Has(name + ".member." + strconv.Itoa(i)); i++ {
		list = append(list, f.Text(name+".member."+strconv.Itoa(i)))
	}
	return list
}

// Forms are the items of a list of structures, each of which has the member key.
func (f Form) Forms(name, key string) []Form {
	var list []Form
	for i := 1; ; i++ {
		item := Form{values: f.values, prefix: fmt.Sprintf("%s%s.member.%d.", f.prefix, name, i)}
		if !item.Has(key) {
			return list
		}
		list = append(list, item)
	}
}

// Write answers the action with out, which encoding/xml encodes.
func Write(w http.ResponseWriter, namespace, action string, out any) {
	w.Header().Set("Content-Type", "text/xml")
	e := xml.NewEncoder(w)
	outer := xml.StartElement{
		Name: xml.Name{Local: action + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}},
	}
	// An error means that the client is gone: what is encoded are strings, numbers and times.
	_ = e.EncodeToken(outer)
	_ = e.EncodeElement(out, xml.StartElement{Name: xml.Name{Local: action + "Result"}})
	_ = e.EncodeElement(metadata{requestID}, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}})
	_ = e.EncodeToken(outer.End())
	_ = e.Close()
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

// requestID is that of every request.
const requestID = "00000000-0000-4000-8000-000000000000"

// WriteError answers with err. An [awsjson.Error] keeps its status, code and message.
func WriteError(w http.ResponseWriter, namespace string, err error) {
	e := awsjson.ErrorOf(err)
	fault := "Sender"
	if e.Status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Namespace: namespace, Type: fault, Code: e.Code, Message: e.Message, RequestID: requestID})
}
