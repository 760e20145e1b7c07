// check: what published packages say of a message, for t/ct_message.t. The
// directory of their node_modules comes first, then what to check.
//
//   check.js DIR signature FILE ID SECONDS SIGNATURES SECRET
//   check.js DIR cloudevents FILE CONTENT_TYPE
//   check.js DIR card FILE
'use strict';

const fs = require('fs');
const path = require('path');

const [dir, kind, file, ...rest] = process.argv.slice(2);
const load = (name) => require(path.join(dir, 'node_modules', name));
const body = fs.readFileSync(file, 'utf8');

function signature(id, seconds, signatures, secret) {
    const { Webhook } = load('standardwebhooks');
    const options = secret.startsWith('whsec_') ? {} : { format: 'raw' };

    new Webhook(secret, options).verify(body, {
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': signatures,
    });
}

function cloudevents(type) {
    const { HTTP } = load('cloudevents');
    const headers = { 'content-type': type };

    if (!HTTP.isEvent({ headers, body })) {
        throw new Error('is no event');
    }

    const event = HTTP.toEvent({ headers, body });
    event.validate();
    console.log(JSON.stringify(event));
}

// Unknown elements, properties of another version and missing ones.
function card() {
    const cards = load('adaptivecards/dist/adaptivecards.js');
    const content = JSON.parse(body).attachments[0].content;
    const context = new cards.SerializationContext(cards.Versions.v1_4);
    const parsed = new cards.AdaptiveCard();
    const said = [];

    parsed.parse(content, context);

    for (let i = 0; i < context.eventCount; i++) {
        said.push(context.getEventAt(i).message);
    }

    for (const event of parsed.validateProperties().validationEvents) {
        said.push(event.message);
    }

    if (said.length !== 0) {
        throw new Error(said.join('; '));
    }

    // what was not understood is not written again
    const again = JSON.stringify(parsed.toJSON(cards.Versions.v1_4));
    const count = (text) => text.split('"TextRun"').length - 1;

    if (count(again) !== count(body)) {
        throw new Error('not all of it was understood');
    }
}

try {
    ({ signature, cloudevents, card })[kind](...rest);
} catch (error) {
    console.log(`${error.name}: ${error.message}`,
        error.errors ? JSON.stringify(error.errors) : '');
    process.exit(1);
}
