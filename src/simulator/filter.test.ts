import { test } from "uvu"
import * as assert from "uvu/assert"
import { asked, matches, parseOData, parseRsql } from "./filter.ts"

test("OData's conditions are read with their types, quotes doubled inside", () => {
  assert.equal(parseOData("Name eq 'it''s' and CI eq 7 and IsLatest eq true and startswith(Name,'i')"), [
    { field: "Name", operator: "eq", value: "it's" },
    { field: "CI", operator: "eq", value: 7 },
    { field: "IsLatest", operator: "eq", value: true },
    { field: "Name", operator: "startswith", value: "i" },
  ])
  assert.equal(parseOData(""), [])
})

test("RSQL's strings are read with quotes escaped inside", () => {
  assert.equal(parseRsql('name=="a \\"b\\" \\\\"'), { field: "name", operator: "eq", value: 'a "b" \\' })
  assert.equal(parseRsql("id==7"), { field: "id", operator: "eq", value: "7" })
})

test("what is not understood is an error, never everything", () => {
  for (const filter of [
    "Name",
    "Name eq",
    "Name eq 'a' or Name eq 'b'",
    "Name lt 5",
    "Name eq 'a",
    "contains(Name,'a')",
  ])
    assert.throws(() => parseOData(filter), /not understood/, filter)
  for (const filter of ["name", 'name=="a" or id==1', "name=='a b'"])
    assert.throws(() => parseRsql(filter), /not understood/, filter)
  assert.throws(() => matches({ a: 1 }, parseOData("b eq 1")), /no property b/)
})

test("conditions hold together", () => {
  const row = { name: "Test App 1", id: 7 }
  assert.ok(matches(row, parseOData("startswith(name,'Test') and id eq 7")))
  assert.not(matches(row, parseOData("startswith(name,'Test') and id eq 8")))
  assert.is(asked(parseOData("id eq 7"), "id"), 7)
  assert.is(asked(parseOData("id eq 7"), "name"), undefined)
})

test.run()
