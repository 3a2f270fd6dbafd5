package program

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"
)

// told returns the text of an error. Where credentials are missing, or refused, it matters what for, and not which
// call of the SDK needed them.
func told(err error) string {
	text := err.Error()
	if credentials, ok := errors.AsType[*CredentialsError](err); ok {
		before, _, _ := strings.Cut(text, credentials.text)
		before, _, _ = strings.Cut(before, "operation error ")
		return before + credentials.text
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return text
	}
	refusal := refused(answer)
	before, _, found := strings.Cut(text, "operation error ")
	if !found {
		before, _, found = strings.Cut(text, answer.ErrorCode()) // package awserror
	}
	if refusal == "" || !found {
		return text
	}
	return before + refusal
}

// refused says why AWS does not take the credentials, "" if that is not what its answer is about. The codes are those
// of https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and, as STS has them, of the query protocol.
func refused(answer smithy.APIError) string {
	switch answer.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException":
		return "the AWS credentials have expired: run aws sso login, or get others where these come from"
	case "UnrecognizedClientException", "InvalidClientTokenId":
		return "AWS does not know the credentials: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or set AWS_PROFILE"
	case "InvalidSignatureException", "SignatureDoesNotMatch": // a wrong secret, or a clock that is wrong
		return "AWS does not take the credentials: " + answer.ErrorMessage()
	}
	return ""
}
