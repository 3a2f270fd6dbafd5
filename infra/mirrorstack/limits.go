package mirrorstack

// TemplateLimit is how many bytes of a template CloudFormation takes in a request. A larger one has to be in
// an S3 bucket. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const TemplateLimit = 51_200
