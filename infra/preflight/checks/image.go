package checks

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// privateECR matches the name of an image in private ECR: account, region, repository, and digest or tag.
var privateECR = regexp.MustCompile(
	`^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z0-9.]+/([a-z0-9][a-z0-9._/-]*)` +
		`(?:@(sha256:[0-9a-f]{64})|:([\w][\w.-]{0,127}))$`,
)

// image looks for the container image that everything runs, where it is to be there already.
func image(ctx context.Context, w World) []Finding {
	const what = "image"
	if w.Stack.Builds {
		return []Finding{okay(what, "make deploy builds it, by Docker, and pushes it to the bootstrap stack's "+
			"repository")}
	}
	programs, err := w.Stack.Programs(w.Place)
	if err != nil || len(programs) == 0 {
		return []Finding{fix(what, "the template runs no image (%v): make synth anew", err)}
	}
	name := programs[0].Image
	m := privateECR.FindStringSubmatch(name)
	if m == nil {
		return []Finding{unknown(what, "%s is not in private ECR: jobs pull it without a login, so it must be "+
			"public and reachable from their network", name)}
	}
	lambda, _ := function(w.Stack)
	if region := m[2]; lambda && region != w.Place.Region {
		return []Finding{fix(what, "%s is in %s, and Lambda runs images of its own region only, which is %s: push "+
			"it there, or set push=batch", name, region, w.Place.Region)}
	}
	return []Finding{w.privateImage(ctx, what, m, lambda)}
}

// privateImage looks for an image of private ECR, given the match of privateECR. A function (lambda) runs no index.
func (w World) privateImage(ctx context.Context, what string, m []string, lambda bool) Finding {
	name, account, region, repository := m[0], m[1], m[2], m[3]
	id := types.ImageIdentifier{}
	if m[4] != "" {
		id.ImageDigest = &m[4]
	} else {
		id.ImageTag = &m[5]
	}
	reply, err := w.AWS.Images(region).DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: &account, RepositoryName: &repository, ImageIds: []types.ImageIdentifier{id},
	})
	switch code := codeOf(err); {
	case code == "RepositoryNotFoundException":
		return fix(what, "the repository of %s does not exist: aws ecr create-repository --region %s "+
			"--repository-name %s, then push the image", name, region, repository)
	case code == "ImageNotFoundException", err == nil && len(reply.ImageDetails) == 0:
		return fix(what, "%s does not exist: make image IMAGE=%[1]s, and docker push it", name)
	case err != nil:
		return asked(what, "ecr:DescribeImages on "+repository, err)
	}
	mediaType := aws.ToString(reply.ImageDetails[0].ImageManifestMediaType)
	if lambda && (strings.Contains(mediaType, "index") || strings.Contains(mediaType, "manifest.list")) {
		return fix(what, "%s is an index (%s), which Lambda does not run: build one platform without "+
			"attestations, as make image does, or set push=batch", name, mediaType)
	}
	return okay(what, "%s is there", name)
}
